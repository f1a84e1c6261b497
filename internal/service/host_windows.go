package service

import (
	"context"
	"errors"

	kardianos "github.com/kardianos/service"
	"golang.org/x/sys/windows/svc"
)

// host speaks to the service control manager. The library would do so only where
// svc.IsWindowsService says yes, which Wine does not; who is started as 'service run'
// is one.
func host(_ context.Context, name string, s kardianos.Service, _ func(context.Context) error) error {
	handler, ok := s.(svc.Handler)
	if !ok {
		return errors.New("the service has no handler")
	}
	return svc.Run(name, handler)
}
