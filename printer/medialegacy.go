package printer

import "strings"

// legacyName returns the PWG 5101.1 name of a media name from before that standard
// (RFC 2911, appendix C), which may also tell a colour: iso-a4-white.
func legacyName(old string) (string, bool) {
	if strings.ContainsRune(old, '_') {
		return "", false
	}
	s := strings.ToLower(old)
	for _, end := range []string{"-white", "-colored", "-transparent"} {
		s = strings.TrimSuffix(s, end)
	}
	const names = `
 iso-a0=iso_a0_841x1189mm iso-a1=iso_a1_594x841mm iso-a2=iso_a2_420x594mm iso-a3=iso_a3_297x420mm iso-a4=iso_a4_210x297mm 
 iso-a5=iso_a5_148x210mm iso-a6=iso_a6_105x148mm iso-a7=iso_a7_74x105mm iso-a8=iso_a8_52x74mm iso-a9=iso_a9_37x52mm 
 iso-a10=iso_a10_26x37mm iso-b0=iso_b0_1000x1414mm iso-b1=iso_b1_707x1000mm iso-b2=iso_b2_500x707mm iso-b3=iso_b3_353x500mm 
 iso-b4=iso_b4_250x353mm iso-b5=iso_b5_176x250mm iso-b6=iso_b6_125x176mm iso-b7=iso_b7_88x125mm iso-b8=iso_b8_62x88mm 
 iso-b9=iso_b9_44x62mm iso-b10=iso_b10_31x44mm iso-c3=iso_c3_324x458mm iso-c4=iso_c4_229x324mm iso-c5=iso_c5_162x229mm 
 iso-c6=iso_c6_114x162mm iso-designated-long=iso_dl_110x220mm iso-designated=iso_dl_110x220mm 
 jis-b0=jis_b0_1030x1456mm jis-b1=jis_b1_728x1030mm jis-b2=jis_b2_515x728mm jis-b3=jis_b3_364x515mm jis-b4=jis_b4_257x364mm 
 jis-b5=jis_b5_182x257mm jis-b6=jis_b6_128x182mm jis-b7=jis_b7_91x128mm jis-b8=jis_b8_64x91mm jis-b9=jis_b9_45x64mm 
 jis-b10=jis_b10_32x45mm na-letter=na_letter_8.5x11in na-legal=na_legal_8.5x14in na-8x10=na_govt-letter_8x10in 
 na-5x7=na_5x7_5x7in na-6x9=na_6x9_6x9in na-7x9=na_7x9_7x9in na-9x11=na_9x11_9x11in na-10x13=na_10x13_10x13in 
 na-10x14=na_10x14_10x14in na-10x15=na_10x15_10x15in na-9x12=na_arch-a_9x12in na-number-9=na_number-9_3.875x8.875in 
 na-number-10=na_number-10_4.125x9.5in monarch=na_monarch_3.875x7.5in executive=na_executive_7.25x10.5in 
 invoice=na_invoice_5.5x8.5in quarto=na_quarto_8.5x10.83in folio=om_folio_210x330mm tabloid=na_ledger_11x17in 
 ledger=na_ledger_11x17in super-b=na_super-b_13x19in arch-a=na_arch-a_9x12in arch-b=na_arch-b_12x18in 
 arch-c=na_arch-c_18x24in arch-d=na_arch-d_24x36in arch-e=na_arch-e_36x48in 
 a3=iso_a3_297x420mm a4=iso_a4_210x297mm a5=iso_a5_148x210mm a6=iso_a6_105x148mm 
 letter=na_letter_8.5x11in legal=na_legal_8.5x14in `
	if strings.ContainsAny(s, " =\n") || s == "" {
		return "", false
	}
	if !strings.Contains(names, " "+s+"=") {
		s = strings.TrimSuffix(s, "-envelope")
	}
	_, rest, ok := strings.Cut(names, " "+s+"=")
	name, _, _ := strings.Cut(rest, " ")
	return name, ok
}
