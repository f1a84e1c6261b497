package component

// MaxTasks is how many tasks may wait.
const MaxTasks = maxTasks
