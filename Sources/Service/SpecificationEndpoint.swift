import HTTP

/// GET /openapi.yaml: the contract, as it stands in the repository.
struct SpecificationEndpoint: Sendable {
  private let document = FixedBody(Array(OpenAPIDocument.text.utf8))

  func respond() -> HTTPResponse {
    HTTPResponse(status: .ok, contentType: "application/yaml; charset=utf-8", fixed: document)
  }
}
