/// Deadlines: queues of timers, one per CPU, from which the machine's one-shot timer is set.
public enum Timekeeping {}
