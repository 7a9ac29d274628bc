import HTTP

// The commands that call a server speak TLS by the same code as the server; they see HTTP through this layer only.

/// What a client asks of the servers that it calls.
package typealias ClientTLSContext = TLSContext

/// One connection's TLS.
package typealias ClientTLSSession = TLSSession
