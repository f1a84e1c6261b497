package ticket

import (
	"errors"
	"strings"
	"testing"

	"platen/gcp"
)

const cdd = `{"version":"1.0","printer":{
 "vendor_capability":[
  {"id":"number-up","type":"SELECT","display_name":"Pages per sheet","select_cap":{"option":[{"value":"1"},{"value":2}]}},
  {"id":"density","type":"RANGE","range_cap":{"value_type":"INTEGER","min":"-5","max":"5"}},
  {"id":"scale","type":"RANGE","range_cap":{"value_type":"FLOAT","min":"0.5"}},
  {"id":"pin","type":"TYPED_VALUE","typed_value_cap":{"value_type":"STRING"}},
  {"id":"staple","type":"TYPED_VALUE","typed_value_cap":{"value_type":"BOOLEAN"}}],
 "color":{"option":[{"vendor_id":"CM:Gray","type":"STANDARD_MONOCHROME","is_default":true}]},
 "duplex":{"option":[{"is_default":true},{"type":"LONG_EDGE"}]},
 "page_orientation":{"option":[{"type":"PORTRAIT"},{"type":"AUTO"}]},
 "copies":{"default":1,"max":99},
 "margins":{"option":[{"type":"STANDARD","top_microns":4000,"right_microns":4000,"bottom_microns":4000,"left_microns":4000}]},
 "dpi":{"option":[{"horizontal_dpi":600,"vertical_dpi":600,"vendor_id":"600dpi"}]},
 "fit_to_page":{"option":[{"type":"NO_FITTING"},{"type":"FIT_TO_PAGE"}]},
 "page_range":{},
 "media_size":{"option":[
   {"name":"ISO_A4","width_microns":210000,"height_microns":297000,"vendor_id":"A4"},
   {"name":"CUSTOM","width_microns":62000,"is_continuous_feed":true}],
  "min_width_microns":50000,"max_width_microns":100000,"min_height_microns":100000,"max_height_microns":200000}
}}`

func TestCheck(t *testing.T) {
	var printer gcp.CDD
	if err := gcp.DecodeLenient([]byte(cdd), &printer); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ print, item, words string }{
		{`{}`, "", ""},
		{`{"color":{"type":"STANDARD_MONOCHROME"}}`, "", ""},
		{`{"color":{"vendor_id":"CM:Gray"}}`, "", ""},
		{`{"color":{"type":"STANDARD_COLOR"}}`, "color", "STANDARD_COLOR"},
		{`{"color":{"vendor_id":"CM:RGB"}}`, "color", "CM:RGB"},
		{`{"color":{"type":"NEW_COLOR"}}`, "color", "NEW_COLOR"},
		{`{"duplex":{"type":"NO_DUPLEX"}}`, "", ""},
		{`{"duplex":{"type":"LONG_EDGE"}}`, "", ""},
		{`{"duplex":{"type":"SHORT_EDGE"}}`, "duplex", "SHORT_EDGE"},
		{`{"page_orientation":{"type":"LANDSCAPE"}}`, "page_orientation", "LANDSCAPE"},
		{`{"page_orientation":{"type":"AUTO"}}`, "", ""},
		{`{"fit_to_page":{"type":"FILL_PAGE"}}`, "fit_to_page", "FILL_PAGE"},
		{`{"copies":{"copies":99}}`, "", ""},
		{`{"copies":{"copies":0}}`, "", ""},
		{`{"copies":{"copies":100}}`, "copies", "99"},
		{`{"copies":{"copies":-1}}`, "copies", "-1"},
		{`{"margins":{"top_microns":-1}}`, "margins", "negative"},
		{`{"margins":{"top_microns":20000}}`, "", ""},
		{`{"dpi":{"horizontal_dpi":600,"vertical_dpi":600}}`, "", ""},
		{`{"dpi":{"vendor_id":"600dpi"}}`, "", ""},
		{`{"dpi":{"horizontal_dpi":600,"vertical_dpi":1200}}`, "dpi", "600 × 1200"},
		{`{"page_range":{"interval":[{"start":1},{"start":3,"end":3}]}}`, "", ""},
		{`{"page_range":{"interval":[{"start":0,"end":3}]}}`, "page_range", "counted from 1"},
		{`{"page_range":{"interval":[{"start":5,"end":3}]}}`, "page_range", "5 to 3"},
		{`{"media_size":{"width_microns":210000,"height_microns":297000}}`, "", ""},
		{`{"media_size":{"width_microns":209903,"height_microns":297039}}`, "", ""}, // 595 x 842 points
		{`{"media_size":{"vendor_id":"A4"}}`, "", ""},
		{`{"media_size":{"vendor_id":"A3"}}`, "media_size", "A3"},
		{`{"media_size":{"width_microns":297000,"height_microns":420000}}`, "media_size", "297 × 420 mm"},
		{`{"media_size":{"width_microns":80000,"height_microns":150000}}`, "", ""},                           // between the limits
		{`{"media_size":{"width_microns":62000,"height_microns":900000,"is_continuous_feed":true}}`, "", ""}, // of the roll
		{`{"media_size":{"width_microns":-80000,"height_microns":150000}}`, "media_size", "-80"},
		{`{"vendor_ticket_item":[{"id":"number-up","value":"2"},{"id":"unknown","value":"x"}]}`, "", ""},
		{`{"vendor_ticket_item":[{"id":"number-up","value":"3"}]}`, "vendor_ticket_item", "Pages per sheet"},
		{`{"vendor_ticket_item":[{"id":"density","value":"-5"}]}`, "", ""},
		{`{"vendor_ticket_item":[{"id":"density","value":"6"}]}`, "vendor_ticket_item", "more than 5"},
		{`{"vendor_ticket_item":[{"id":"density","value":"1.5"}]}`, "vendor_ticket_item", "no number"},
		{`{"vendor_ticket_item":[{"id":"scale","value":"0.4"}]}`, "vendor_ticket_item", "less than 0.5"},
		{`{"vendor_ticket_item":[{"id":"scale","value":"NaN"}]}`, "vendor_ticket_item", "no number"},
		{`{"vendor_ticket_item":[{"id":"pin","value":"1234"}]}`, "", ""},
		{`{"vendor_ticket_item":[{"id":"staple","value":"maybe"}]}`, "vendor_ticket_item", "boolean"},
	} {
		var want gcp.CJT
		if err := gcp.DecodeLenient([]byte(`{"version":"1.0","print":`+test.print+`}`), &want); err != nil {
			t.Fatal(err)
		}
		_, err := Check(printer, want)
		e, ok := errors.AsType[*Error](err)
		switch {
		case test.item == "" && err != nil:
			t.Errorf("%s: %v", test.print, err)
		case test.item != "" && (!ok || e.Item != test.item || !strings.Contains(e.Message, test.words)):
			t.Errorf("%s: have %v, want %s … %s", test.print, err, test.item, test.words)
		}
		// A printer without the section ignores the item.
		if _, err := Check(gcp.CDD{}, want); err != nil {
			t.Errorf("%s on a printer without choices: %v", test.print, err)
		}
	}
}
