package web

// englishPrint are the sentences of the page that people print from.
func englishPrint() map[string]string {
	return map[string]string{
		"print.title": "Print", "print.on": "Print on %s", "print.choose": "Documents", "print.drop": "Drop files here, paste a picture, or choose:",
		"print.anyfile": "Files in the printer’s own language go to it as they are.",
		"print.options": "How", "print.more": "More choices", "print.submit": "Print", "print.look": "Show a preview",
		"print.hold": "Hold: print only when I release it", "print.remove": "Remove", "print.side": "Side %d of %d of %s", "print.moresides": "%d more",
		"print.byprinter": "The printer lays out the pages itself: what comes out may differ a little.",
		"print.preview":   "Preview", "print.nopreview": "Choose a document to see what will come out.", "print.previous": "Previous side", "print.next": "Next side",
		"print.goto": "Go to side", "print.gotohint": "Side", "print.strip": "All sides, small",
		"print.stop": "Cancel", "print.resumes": "The connection was lost: it goes on by itself …",
		"print.waits": "Is being drawn …", "print.lost": "The connection was lost. Try again: nothing is printed twice.",
		"print.reset": "Forget my choices", "print.sending": "Sending",
		"print.problem": "This cannot be printed so: look at the marked choices.",
		"print.gone":    "The printer does not offer this any more.", "print.nonumber": "This is not a number.", "print.nosize": "Say how long it is, in millimetres.",
		"print.nocopies": "The number of copies must be at least 1.",
		"print.norange":  "Write pages like this: 1-3, 5, 8-", "print.nopage": "There is no such page.",
		"print.goneone": "One of the documents is not kept any more. Choose it again.", "print.gonemany": "%d of the documents are not kept any more. Choose them again.",
		"print.toomany": "At most 20 documents can be sent at once.",
		"print.notsent": "%s was not sent: %s (%d of %d documents were sent.)",

		"print.yes": "Yes", "print.no": "No", "print.auto": "Automatic",
		"print.copies": "Copies", "print.range": "Pages", "print.rangehint": "such as 1-3, 5, 8- · all if empty",
		"print.subset": "Odd or even", "print.subset.all": "All pages", "print.subset.odd": "Odd pages only", "print.subset.even": "Even pages only",
		"print.color": "Colour", "print.color.standard": "Colour", "print.color.mono": "Black and white", "print.color.custom": "Special colour", "print.color.custommono": "Special black and white",
		"print.duplex": "Sides", "print.duplex.none": "One side", "print.duplex.long": "Both sides, turn like a book", "print.duplex.short": "Both sides, turn like a calendar",
		"print.media": "Paper", "print.media.custom": "Another size", "print.media.width": "Width in mm", "print.media.height": "Height in mm", "print.media.roll": "roll, %s mm",
		"print.orientation": "Orientation", "print.orientation.portrait": "Portrait", "print.orientation.landscape": "Landscape",
		"print.fit": "Scaling", "print.fit.none": "As it is", "print.fit.page": "Fit to the paper", "print.fit.grow": "Enlarge to the paper",
		"print.fit.shrink": "Shrink if it is too large", "print.fit.fill": "Fill the paper, cut the edges",
		"print.margins": "Margins", "print.margins.none": "None", "print.margins.standard": "Standard", "print.margins.custom": "Other",
		"print.dpi":     "Resolution",
		"print.collate": "Order of copies", "print.collate.yes": "1 2 3, 1 2 3", "print.collate.no": "1 1, 2 2, 3 3",
		"print.reverse": "Order of pages", "print.reverse.no": "First page first", "print.reverse.yes": "Last page first",
	}
}
