package gcp

// StandardSize is a media size in microns, and the protocol's name for it; "" where it
// has none.
type StandardSize struct {
	Name          MediaSizeName
	Width, Height int
}

// SizeTolerance is how far, in microns, two measures of one size may be apart: points
// and hundredths of millimetres round the same sheet differently.
const SizeTolerance = 500

// Is reports whether measures in microns are those of this size.
func (s StandardSize) Is(width, height int) bool {
	return max(s.Width-width, width-s.Width) <= SizeTolerance && max(s.Height-height, height-s.Height) <= SizeTolerance
}

// StandardSizes are the sizes that the protocol has names for: those of PWG 5101.1.
// Where two have the same measures the usual one comes first.
func StandardSizes() []StandardSize {
	return append(append(americanSizes(), isoSizes()...), otherSizes()...)
}

// americanSizes are those in inches.
func americanSizes() []StandardSize {
	return []StandardSize{
		{"NA_INDEX_3X5", 76200, 127000},
		{"NA_PERSONAL", 92075, 165100},
		{"NA_MONARCH", 98425, 190500},
		{"NA_NUMBER_9", 98425, 225425},
		{"NA_INDEX_4X6", 101600, 152400},
		{"NA_NUMBER_10", 104775, 241300},
		{"NA_A2", 111125, 146050},
		{"NA_NUMBER_11", 114300, 263525},
		{"NA_NUMBER_12", 120650, 279400},
		{"NA_5X7", 127000, 177800},
		{"NA_INDEX_5X8", 127000, 203200},
		{"NA_NUMBER_14", 127000, 292100},
		{"NA_INVOICE", 139700, 215900},
		{"NA_INDEX_4X6_EXT", 152400, 203200},
		{"NA_6X9", 152400, 228600},
		{"NA_C5", 165100, 241300},
		{"NA_7X9", 177800, 228600},
		{"NA_EXECUTIVE", 184150, 266700},
		{"NA_GOVT_LETTER", 203200, 254000},
		{"NA_GOVT_LEGAL", 203200, 330200},
		{"NA_QUARTO", 215900, 275082},
		{"NA_LETTER", 215900, 279400},
		{"NA_FANFOLD_EUR", 215900, 304800},
		{"NA_LETTER_PLUS", 215900, 322326},
		{"NA_FOOLSCAP", 215900, 330200},
		{"NA_LEGAL", 215900, 355600},
		{"NA_SUPER_A", 227076, 355600},
		{"NA_9X11", 228600, 279400},
		{"NA_ARCH_A", 228600, 304800},
		{"NA_LETTER_EXTRA", 241300, 304800},
		{"NA_LEGAL_EXTRA", 241300, 381000},
		{"NA_10X11", 254000, 279400},
		{"NA_10X13", 254000, 330200},
		{"NA_10X14", 254000, 355600},
		{"NA_10X15", 254000, 381000},
		{"NA_11X12", 279400, 304800},
		{"NA_EDP", 279400, 355600},
		{"NA_FANFOLD_US", 279400, 377825},
		{"NA_11X15", 279400, 381000},
		{"NA_LEDGER", 279400, 431800},
		{"NA_EUR_EDP", 304800, 355600},
		{"NA_ARCH_B", 304800, 457200},
		{"NA_12X19", 304800, 482600},
		{"NA_B_PLUS", 304800, 486918},
		{"NA_SUPER_B", 330200, 482600},
		{"NA_C", 431800, 558800},
		{"NA_ARCH_C", 457200, 609600},
		{"NA_D", 558800, 863600},
		{"NA_ARCH_D", 609600, 914400},
		{"NA_ASME_F", 711200, 1016000},
		{"NA_WIDE_FORMAT", 762000, 1066800},
		{"NA_E", 863600, 1117600},
		{"NA_ARCH_E", 914400, 1219200},
		{"NA_F", 1117600, 1727200},
	}
}

// isoSizes are those of ISO 216 and 269, and what is made of them.
func isoSizes() []StandardSize {
	return []StandardSize{
		{"ISO_A10", 26000, 37000},
		{"ISO_A9", 37000, 52000},
		{"ISO_A8", 52000, 74000},
		{"ISO_A7", 74000, 105000},
		{"ISO_A6", 105000, 148000},
		{"ISO_A5", 148000, 210000},
		{"ISO_A5_EXTRA", 174000, 235000},
		{"ISO_A4", 210000, 297000},
		{"ISO_A4_TAB", 225000, 297000},
		{"ISO_A4_EXTRA", 235500, 322300},
		{"ISO_A3", 297000, 420000},
		{"ISO_A4X3", 297000, 630000},
		{"ISO_A4X4", 297000, 841000},
		{"ISO_A4X5", 297000, 1051000},
		{"ISO_A4X6", 297000, 1261000},
		{"ISO_A4X7", 297000, 1471000},
		{"ISO_A4X8", 297000, 1682000},
		{"ISO_A4X9", 297000, 1892000},
		{"ISO_A3_EXTRA", 322000, 445000},
		{"ISO_A2", 420000, 594000},
		{"ISO_A3X3", 420000, 891000},
		{"ISO_A3X4", 420000, 1189000},
		{"ISO_A3X5", 420000, 1486000},
		{"ISO_A3X6", 420000, 1783000},
		{"ISO_A3X7", 420000, 2080000},
		{"ISO_A1", 594000, 841000},
		{"ISO_A2X3", 594000, 1261000},
		{"ISO_A2X4", 594000, 1682000},
		{"ISO_A2X5", 594000, 2102000},
		{"ISO_A0", 841000, 1189000},
		{"ISO_A1X3", 841000, 1783000},
		{"ISO_A1X4", 841000, 2378000},
		{"ISO_2A0", 1189000, 1682000},
		{"ISO_A0X3", 1189000, 2523000},
		{"ISO_B10", 31000, 44000},
		{"ISO_B9", 44000, 62000},
		{"ISO_B8", 62000, 88000},
		{"ISO_B7", 88000, 125000},
		{"ISO_B6", 125000, 176000},
		{"ISO_B6C4", 125000, 324000},
		{"ISO_B5", 176000, 250000},
		{"ISO_B5_EXTRA", 201000, 276000},
		{"ISO_B4", 250000, 353000},
		{"ISO_B3", 353000, 500000},
		{"ISO_B2", 500000, 707000},
		{"ISO_B1", 707000, 1000000},
		{"ISO_B0", 1000000, 1414000},
		{"ISO_C10", 28000, 40000},
		{"ISO_C9", 40000, 57000},
		{"ISO_C8", 57000, 81000},
		{"ISO_C7", 81000, 114000},
		{"ISO_C7C6", 81000, 162000},
		{"ISO_C6", 114000, 162000},
		{"ISO_C6C5", 114000, 229000},
		{"ISO_C5", 162000, 229000},
		{"ISO_C4", 229000, 324000},
		{"ISO_C3", 324000, 458000},
		{"ISO_C2", 458000, 648000},
		{"ISO_C1", 648000, 917000},
		{"ISO_C0", 917000, 1297000},
		{"ISO_DL", 110000, 220000},
		{"ISO_RA2", 430000, 610000},
		{"ISO_SRA2", 450000, 640000},
		{"ISO_RA1", 610000, 860000},
		{"ISO_SRA1", 640000, 900000},
		{"ISO_RA0", 860000, 1220000},
		{"ISO_SRA0", 900000, 1280000},
	}
}

// otherSizes are those of Japan and China, and others in millimetres. PRC_6 is 230 mm
// long in the tables of PPDs, and 320 mm in PWG 5101.1.
func otherSizes() []StandardSize {
	return []StandardSize{
		{"JIS_B10", 32000, 45000},
		{"JIS_B9", 45000, 64000},
		{"JIS_B8", 64000, 91000},
		{"JIS_B7", 91000, 128000},
		{"JIS_B6", 128000, 182000},
		{"JIS_B5", 182000, 257000},
		{"JIS_B4", 257000, 364000},
		{"JIS_B3", 364000, 515000},
		{"JIS_B2", 515000, 728000},
		{"JIS_B1", 728000, 1030000},
		{"JIS_B0", 1030000, 1456000},
		{"JIS_EXEC", 216000, 330000},
		{"JPN_CHOU4", 90000, 205000},
		{"JPN_HAGAKI", 100000, 148000},
		{"JPN_YOU4", 105000, 235000},
		{"JPN_CHOU2", 111100, 146000},
		{"JPN_CHOU3", 120000, 235000},
		{"JPN_OUFUKU", 148000, 200000},
		{"JPN_KAHU", 240000, 322100},
		{"JPN_KAKU2", 240000, 332000},
		{"OM_SMALL_PHOTO", 100000, 150000},
		{"OM_ITALIAN", 110000, 230000},
		{"OM_POSTFIX", 114000, 229000},
		{"OM_LARGE_PHOTO", 200000, 300000},
		{"OM_FOLIO", 210000, 330000},
		{"OM_FOLIO_SP", 215000, 315000},
		{"OM_INVITE", 220000, 220000},
		{"ROC_16K", 196850, 273050},
		{"ROC_8K", 273050, 393700},
		{"PRC_32K", 97000, 151000},
		{"PRC_1", 102000, 165000},
		{"PRC_2", 102000, 176000},
		{"PRC_4", 110000, 208000},
		{"PRC_5", 110000, 220000},
		{"PRC_8", 120000, 309000},
		{"PRC_6", 120000, 230000},
		{"PRC_6", 120000, 320000},
		{"PRC_3", 125000, 176000},
		{"PRC_16K", 146000, 215000},
		{"PRC_7", 160000, 230000},
		{"OM_JUURO_KU_KAI", 198000, 275000},
		{"OM_PA_KAI", 267000, 389000},
		{"OM_DAI_PA_KAI", 275000, 395000},
		{"PRC_10", 324000, 458000},
	}
}
