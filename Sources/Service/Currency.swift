import HTTP

// swift-http-types has types of the same names; here they always mean the server's.
typealias HTTPRequest = HTTP.HTTPRequest
typealias HTTPResponse = HTTP.HTTPResponse
