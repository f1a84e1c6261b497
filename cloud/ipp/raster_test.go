package ipp

import (
	"testing"

	"platen/gcp"
)

// The types of PWG raster as PWG 5102.4, 5 spells them.
func TestRasterTypes(t *testing.T) {
	for have, want := range map[gcp.PWGType]string{"SRGB_8": "srgb_8", "ADOBE_RGB_16": "adobe-rgb_16", "BLACK_1": "black_1", "": ""} {
		if got := rasterType(have); got != want {
			t.Errorf("%s is %s, want %s", have, got, want)
		}
	}
}
