// The floor: a server without a store, which has one answer for every type of request. What it takes
// to wait, receive, find messages, and send, no server in one thread can save.
//
// usage: xenstore-null SOCKET [--fan-out]: with the option each write is an event for every watch.

import XenStoreLoad

serveNothing(at: CommandLine.arguments.dropFirst().first ?? "", CommandLine.arguments.count > 2)
