package ppd

import (
	"strconv"
	"strings"

	"platen/gcp"
)

// standard are the media sizes that PPD files have keywords for (PPD 4.3, appendix B,
// and what makers call them): the protocol's name, or - with width and height in
// microns where it has none, and the keywords.
const standard = `
NA_INDEX_3X5 3x5
NA_INDEX_4X6 4x6
NA_5X7 5x7
NA_INDEX_5X8 5x8
NA_6X9 6x9
NA_C5 6.5x9.5
NA_7X9 7x9
NA_GOVT_LETTER 8x10
NA_GOVT_LEGAL 8x13
NA_9X11 9x11
NA_10X11 10x11
NA_10X13 10x13
NA_10X14 10x14
NA_10X15 10x15
NA_11X12 11x12
NA_EDP 11x14
NA_11X15 11x15
NA_LEDGER 11x17 Tabloid Ledger
NA_ARCH_B 12x18 ARCHB
NA_12X19 12x19
NA_SUPER_B 13x19
NA_PERSONAL EnvPersonal
NA_MONARCH Monarch EnvMonarch
NA_NUMBER_10 Comm10 Env10
NA_A2 EnvA2
NA_NUMBER_9 Env9
NA_NUMBER_11 Env11
NA_NUMBER_12 Env12
NA_NUMBER_14 Env14
NA_INVOICE Statement
NA_EXECUTIVE Executive
NA_QUARTO Quarto
- 203200 254000 EngQuatro
NA_LETTER Letter
NA_LETTER_EXTRA LetterExtra
NA_LETTER_PLUS LetterPlus
NA_LEGAL Legal
NA_LEGAL_EXTRA LegalExtra
NA_FANFOLD_EUR FanFoldGerman
NA_FOOLSCAP Foolscap FanFoldGermanLegal GovernmentLG
NA_SUPER_A SuperA
NA_B_PLUS SuperB
NA_ARCH_A ARCHA
NA_ARCH_C ARCHC
NA_ARCH_D ARCHD
NA_ARCH_E ARCHE
NA_C AnsiC
NA_D AnsiD
NA_E AnsiE
NA_F AnsiF F
ROC_16K roc16k
ROC_8K roc8k
PRC_32K PRC32K
PRC_1 EnvPRC1
PRC_2 EnvPRC2
PRC_4 EnvPRC4
PRC_5 EnvPRC5
PRC_8 EnvPRC8
PRC_6 EnvPRC6
PRC_3 EnvPRC3
PRC_16K PRC16K
PRC_7 EnvPRC7
ISO_A0 A0
ISO_A1 A1
ISO_A2 A2
ISO_A3 A3
ISO_A3_EXTRA A3Extra
ISO_A4 A4
ISO_A4_EXTRA A4Extra
ISO_A4_TAB A4Tab
ISO_A5 A5
ISO_A5_EXTRA A5Extra
ISO_A6 A6
ISO_A7 A7
ISO_A8 A8
ISO_A9 A9
ISO_A10 A10
ISO_B0 ISOB0
ISO_B1 ISOB1
ISO_B2 ISOB2
ISO_B3 ISOB3
ISO_B4 ISOB4
ISO_B5 ISOB5 EnvISOB5
ISO_B5_EXTRA ISOB5Extra
ISO_B6 ISOB6
ISO_B7 ISOB7
ISO_B8 ISOB8
ISO_B9 ISOB9
ISO_B10 ISOB10
ISO_C0 EnvC0
ISO_C1 EnvC1
ISO_C2 EnvC2
ISO_C3 EnvC3
ISO_C4 EnvC4
ISO_C5 EnvC5
ISO_C6 EnvC6
ISO_C6C5 EnvC65
ISO_C7 EnvC7
ISO_DL EnvDL DLEnv
ISO_RA0 RA0
ISO_RA1 RA1
ISO_RA2 RA2
- 305000 430000 RA3
- 215000 305000 RA4
ISO_SRA0 SRA0
ISO_SRA1 SRA1
ISO_SRA2 SRA2
- 320000 450000 SRA3
- 225000 320000 SRA4
JIS_B0 JISB0 B0JIS B0
JIS_B1 JISB1 B1JIS B1
JIS_B2 JISB2 B2JIS B2
JIS_B3 JISB3 B3JIS B3
JIS_B4 JISB4 B4JIS B4
JIS_B5 JISB5 B5JIS B5
JIS_B6 JISB6 B6JIS B6
JIS_B7 JISB7 B7JIS B7
JIS_B8 JISB8 B8JIS B8
JIS_B9 JISB9 B9JIS B9
JIS_B10 JISB10 B10JIS B10
JPN_CHOU4 EnvChou4
JPN_HAGAKI Hagaki JapanesePostCard Postcard
JPN_YOU4 EnvYou4
JPN_CHOU3 EnvChou3
JPN_OUFUKU Oufuku DoublePostcardRotated
JPN_KAKU2 EnvKaku2
OM_SMALL_PHOTO om_small-photo
OM_ITALIAN EnvItalian
OM_LARGE_PHOTO om_large-photo
OM_FOLIO Folio
OM_FOLIO_SP FolioSP
OM_INVITE EnvInvite
- 266700 390525 8Kai 8K
- 195263 266700 16Kai 16K
`

// sizes knows the standard sizes by keyword, and in a list. Those without a name of
// the protocol's are among them.
type sizes struct {
	byKeyword map[string]gcp.StandardSize
	list      []gcp.StandardSize
}

func standardSizes() sizes {
	named := map[gcp.MediaSizeName]gcp.StandardSize{}
	for _, z := range gcp.StandardSizes() {
		if _, twice := named[z.Name]; !twice {
			named[z.Name] = z
		}
	}
	s := sizes{byKeyword: map[string]gcp.StandardSize{}}
	for line := range strings.Lines(strings.TrimSpace(standard)) {
		f := strings.Fields(line)
		z, keywords := named[gcp.MediaSizeName(f[0])], f[1:]
		if f[0] == "-" {
			z.Width, _ = strconv.Atoi(f[1]) // the table is ours
			z.Height, _ = strconv.Atoi(f[2])
			keywords = f[3:]
		}
		for _, k := range keywords {
			s.byKeyword[k] = z
		}
		s.list = append(s.list, z)
	}
	return s
}

// find returns the standard size of about these measures.
func (s sizes) find(width, height int) (gcp.StandardSize, bool) {
	for _, z := range s.list {
		if z.Is(width, height) {
			return z, true
		}
	}
	return gcp.StandardSize{}, false
}
