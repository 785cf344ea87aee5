// EventChannels: to be written.
