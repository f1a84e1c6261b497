package web

// englishUse are the sentences about printing from a device's own print dialog.
func englishUse() map[string]string {
	return map[string]string{
		"use.title": "Use on this device", "use.link": "Use on this device",
		"use.about":   "Print from every program of a computer, phone or tablet, without an app and without a driver. Make an address for the device: whoever has it prints here in your name, so keep it to yourself, and remove it here when the device is gone.",
		"use.visitor": "Visitors print with a browser.",
		"use.system":  "What is it?", "use.windows": "Windows", "use.apple": "iPhone, iPad or Mac", "use.android": "Android or ChromeOS", "use.cups": "Linux or another system with CUPS",
		"use.label": "What do you call the device?", "use.submit": "Make an address", "use.made": "New address", "use.lead": "This is the address of %s.",
		"use.once":         "It is shown this once. If you lose it, remove it and make another.",
		"use.windowssteps": "Open PowerShell on the device, paste this line and press Enter.",
		"use.cupssteps":    "Paste this line into a terminal of the device and press Enter.",
		"use.androidsteps": "On Android open Settings, Connected devices, Printing, the print service, Add printer; on ChromeOS Settings, Printers, Add. Type or paste the address, or scan the code to have it.",
		"use.address":      "Address", "use.qr": "QR code of the address",
		"use.list": "Your addresses for this printer", "use.none": "You have no address for this printer yet.", "use.device": "Device", "use.created": "Made", "use.used": "Last used",
		"use.all": "Devices that print as you", "use.allnote": "Each of these addresses prints at one printer in your name, as long as you may print there.",
		"use.printer": "Printer", "use.noprinter": "A printer that you may not use now",
		"use.never": "Never", "use.remove": "Remove", "use.removelabel": "Remove %s",
		"use.common": "With your name and an API key", "use.commonnote": "A system that asks who you are can use the printer’s common address. Its name is %s, and its password an API key that may print, which your account’s page makes.",
	}
}
