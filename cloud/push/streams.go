package push

// Streams returns how many streams are open: those by which robots hear of jobs, and those
// of people.
func (s *Server) Streams() (robots, people int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.robots {
		for _, c := range r.conns {
			if c.subscribed {
				robots++
			}
		}
	}
	for _, l := range s.people {
		people += len(l)
	}
	return robots, people
}
