// FakeMachine: to be written.
