package service

// MayChange reports whether whoever runs this program may install and start services.
func MayChange() bool { return mayChange("change") == nil }
