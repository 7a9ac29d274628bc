extension HTTPConnection {
  // MARK: On the request's task

  /// Decodes a request's content, has the request answered and codes the answer.
  func respond(to call: Router.Call, holding held: inout BodyReservation) async -> HTTPResponse {
    var call = call
    if call.request.contentForm == .coded {
      do throws(ContentCodingError) {
        try await call.request.decodeContent(loop.context.configuration.limits, holding: &held)
      } catch {
        return answer(to: error, call.request.path, call.request.headers)
      }
    }
    var response = await call.respond()
    if response.isSentCompressed(to: call.request.acceptedCodings), !response.takeKeptGzip() {
      await response.compress(for: call.request.acceptedCodings)
    }
    return response
  }

  // MARK: On the loop's queue

  /// Compresses an answer that was made on the loop where it holds up nobody.
  func compressAside(_ response: HTTPResponse, for accepted: AcceptedCodings) {
    task = Task {
      var response = response
      await response.compress(for: accepted)
      let compressed = response
      self.loop.post { self.complete(compressed) }
    }
  }

  /// The answer to a request whose content cannot be decoded here, known from its head.
  func codingRefusal(_ head: HTTPRequestHead) -> HTTPResponse? {
    guard head.contentForm == .coded else { return nil }
    do throws(ContentCodingError) {
      _ = try ContentCoding.applied(head.headers)
      return nil
    } catch {
      return answer(to: error, head.target.path, head.headers)
    }
  }

  /// RFC 9110 §12.5.3: an answer goes out as it is where no coding is acceptable, unless the client refuses that as well;
  /// then 406 (§15.5.7), before any work.
  func notAcceptable(_ head: HTTPRequestHead) -> HTTPResponse {
    loop.context.router.error(
      .notAcceptable, "Accept-Encoding refuses every coding: allow gzip or identity", head.target.path, head.headers)
  }

  private func answer(to error: ContentCodingError, _ path: String, _ fields: HTTPHeaders) -> HTTPResponse {
    var response = loop.context.router.error(error.status, error.message, path, fields)
    for field in error.headers { response.headers[field.name] = field.value }
    return response
  }
}
