package powercut

import (
	"strings"
	"testing"
)

// Both programs live once, and die at every moment of it.
func TestPowerCuts(t *testing.T) {
	cloud, connector, logs, site := lives(t)
	address := strings.TrimPrefix(site.Base, "http://")
	t.Run("cloud", func(t *testing.T) { testCloud(t, cloud, logs, address) })
	t.Run("connector", func(t *testing.T) { testConnector(t, connector, logs) })
}
