// GuestKit: to be written.
