package printer

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"
)

// englishNames are the names of attributes, and of their values where words made of
// the keyword would not do. Each line is a name for people: attribute/value=Name.
const englishNames = `
number-up=Pages per side
print-quality=Quality
output-bin=Output bin
media-source=Paper source
media-type=Paper type
print-content-optimize=Optimize for
print-rendering-intent=Colour rendering
presentation-direction-number-up=Order of pages on a side
job-sheets=Cover sheets
job-hold-until=Print at
imposition-template=Imposition
finishing-template=Finishing
finishings/staple=Staple
finishings/punch=Punch
finishings/cover=Cover
finishings/bind=Bind
finishings/saddle-stitch=Saddle stitch
finishings/edge-stitch=Edge stitch
finishings/fold=Fold
finishings/trim=Trim
finishings/bale=Bale
finishings/booklet-maker=Booklet
finishings/jog-offset=Offset stacking
finishings/coat=Coat
finishings/laminate=Laminate
finishings/other=Other finishing
job-priority=Priority
print-darkness=Darkness
print-speed=Print speed
job-password=PIN
document-password=Document password
job-account-id=Account
job-accounting-user-id=Account user

print-quality/3=Draft
print-quality/4=Normal
print-quality/5=High

media-source/auto=Automatic
media-source/by-pass-tray=Bypass tray
media-source/manual=Manual feed
media-source/large-capacity=Large capacity tray
media-source/envelope=Envelope tray
media-source/photo=Photo tray
media-source/disc=Disc tray
media-source/hagaki=Postcard tray
media-source/main=Main tray
media-source/alternate=Alternate tray
media-source/main-roll=Main roll
media-source/alternate-roll=Alternate roll
media-source/top=Top tray
media-source/middle=Middle tray
media-source/bottom=Bottom tray
media-source/left=Left tray
media-source/right=Right tray
media-source/center=Centre tray
media-source/rear=Rear tray
media-source/side=Side tray

output-bin/auto=Automatic
output-bin/top=Top bin
output-bin/middle=Middle bin
output-bin/bottom=Bottom bin
output-bin/left=Left bin
output-bin/right=Right bin
output-bin/center=Centre bin
output-bin/rear=Rear bin
output-bin/side=Side bin
output-bin/face-up=Face up
output-bin/face-down=Face down
output-bin/large-capacity=Large capacity bin
output-bin/my-mailbox=My mailbox

media-type/auto=Automatic
media-type/stationery=Plain paper
media-type/plain=Plain paper
media-type/paper=Plain paper
media-type/stationery-lightweight=Light paper
media-type/stationery-heavyweight=Heavy paper
media-type/stationery-heavyweight-coated=Heavy coated paper
media-type/stationery-coated=Coated paper
media-type/stationery-inkjet=Inkjet paper
media-type/stationery-letterhead=Letterhead
media-type/stationery-preprinted=Preprinted paper
media-type/stationery-prepunched=Prepunched paper
media-type/stationery-colored=Coloured paper
media-type/stationery-recycled=Recycled paper
media-type/stationery-bond=Bond paper
media-type/stationery-cotton=Cotton paper
media-type/stationery-fine=Fine paper
media-type/stationery-archival=Archival paper
media-type/bond=Bond paper
media-type/colored=Coloured paper
media-type/color=Coloured paper
media-type/cotton=Cotton paper
media-type/archive=Archival paper
media-type/preprinted=Preprinted paper
media-type/prepunched=Prepunched paper
media-type/recycled=Recycled paper
media-type/letterhead=Letterhead
media-type/cardstock=Card
media-type/unspecified=Any
media-type/other=Other
media-type/transparency=Transparency
media-type/envelope=Envelope
media-type/envelope-plain=Plain envelope
media-type/envelope-heavyweight=Heavy envelope
media-type/envelope-lightweight=Light envelope
media-type/envelope-window=Window envelope
media-type/envelope-coated=Coated envelope
media-type/envelope-bond=Bond envelope
media-type/envelope-cotton=Cotton envelope
media-type/envelope-fine=Fine envelope
media-type/envelope-inkjet=Inkjet envelope
media-type/envelope-archival=Archival envelope
media-type/envelope-preprinted=Preprinted envelope
media-type/photographic=Photo paper
media-type/photographic-archival=Archival photo paper
media-type/photographic-film=Photo film
media-type/photographic-glossy=Glossy photo paper
media-type/photographic-high-gloss=High gloss photo paper
media-type/photographic-matte=Matte photo paper
media-type/photographic-satin=Satin photo paper
media-type/photographic-semi-gloss=Semi-gloss photo paper
media-type/back-print-film=Backlit film
media-type/continuous=Continuous paper
media-type/continuous-long=Continuous paper, long edge
media-type/continuous-short=Continuous paper, short edge
media-type/cd=CD
media-type/dvd=DVD
media-type/disc=Disc
media-type/disc-glossy=Glossy disc
media-type/disc-high-gloss=High gloss disc
media-type/disc-matte=Matte disc
media-type/disc-satin=Satin disc
media-type/disc-semi-gloss=Semi-gloss disc
media-type/labels-colored=Coloured labels
media-type/labels-glossy=Glossy labels
media-type/labels-high-gloss=High gloss labels
media-type/labels-inkjet=Inkjet labels
media-type/labels-matte=Matte labels
media-type/labels-permanent=Permanent labels
media-type/labels-satin=Satin labels
media-type/labels-security=Security labels
media-type/labels-semi-gloss=Semi-gloss labels
media-type/multi-part-form=Multipart form
media-type/tab-stock=Tab stock
media-type/full-cut-tabs=Full cut tabs
media-type/pre-cut-tabs=Pre-cut tabs

print-content-optimize/auto=Automatic
print-content-optimize/graphic=Graphics
print-content-optimize/graphics=Graphics
print-content-optimize/photo=Photos
print-content-optimize/text-and-graphic=Text and graphics
print-content-optimize/text-and-graphics=Text and graphics

print-rendering-intent/auto=Automatic
print-rendering-intent/absolute=Absolute colorimetric
print-rendering-intent/relative=Relative colorimetric
print-rendering-intent/relative-bpc=Relative colorimetric with black point
print-rendering-intent/perceptual=Perceptual
print-rendering-intent/saturation=Saturation

presentation-direction-number-up/tobottom-toleft=Down, then left
presentation-direction-number-up/tobottom-toright=Down, then right
presentation-direction-number-up/toleft-tobottom=Left, then down
presentation-direction-number-up/toleft-totop=Left, then up
presentation-direction-number-up/toright-tobottom=Right, then down
presentation-direction-number-up/toright-totop=Right, then up
presentation-direction-number-up/totop-toleft=Up, then left
presentation-direction-number-up/totop-toright=Up, then right

job-sheets/topsecret=Top secret
job-sheets/first-print-stream-page=First page of the document
job-sheets/job-both-sheet=Before and after
job-sheets/job-end-sheet=After the job
job-sheets/job-start-sheet=Before the job

job-hold-until/no-hold=Now
job-hold-until/indefinite=When released
job-hold-until/day-time=During the day
job-hold-until/evening=In the evening
job-hold-until/night=At night
job-hold-until/second-shift=Second shift
job-hold-until/third-shift=Third shift
job-hold-until/weekend=At the weekend

print-color-mode/auto-monochrome=Automatic monochrome
print-color-mode/process-monochrome=Monochrome of all colours
print-color-mode/bi-level=Black and white
print-color-mode/process-bi-level=Black and white of all colours
print-color-mode/highlight=Black and one colour
`

// attributeText is the name of an attribute for people.
func attributeText(attribute string) string {
	if name, ok := english(attribute); ok {
		return name
	}
	return readable(attribute)
}

// valueText is the name of a value for people: from the table, else the words of the
// keyword, without the domain of the maker whose own it is.
func valueText(attribute, value string) string {
	if name, ok := english(attribute + "/" + value); ok {
		return name
	}
	for _, domain := range []string{"com.", "org.", "net.", "jp.co."} { // com.maker-value
		value = strings.TrimPrefix(value, domain)
	}
	if _, err := strconv.Atoi(value); err == nil {
		return value
	}
	return cmp.Or(readable(apart(value)), value)
}

// apart puts blanks between the words of a name such as HPMatte90gsm.
func apart(s string) string {
	var b strings.Builder
	r := []rune(s)
	for i, c := range r {
		if i > 0 && unicode.IsUpper(c) && (unicode.IsLower(r[i-1]) || unicode.IsUpper(r[i-1]) && i+1 < len(r) && unicode.IsLower(r[i+1])) ||
			i > 0 && unicode.IsDigit(c) && unicode.IsLower(r[i-1]) && strings.ContainsFunc(s, unicode.IsUpper) {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func english(key string) (string, bool) {
	if strings.ContainsAny(key, "=\n") {
		return "", false
	}
	_, rest, ok := strings.Cut(englishNames, "\n"+key+"=")
	name, _, _ := strings.Cut(rest, "\n")
	return name, ok
}
