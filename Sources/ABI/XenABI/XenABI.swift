// XenABI: to be written.
