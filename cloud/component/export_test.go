package component

// MaxTasks is how many tasks may wait.
const MaxTasks = maxTasks

// Logouts returns how many people's logouts are tried again.
func (l *Link) Logouts() int {
	l.logouts.mu.Lock()
	defer l.logouts.mu.Unlock()
	return len(l.logouts.failed)
}
