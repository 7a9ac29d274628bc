import HTTP

/// GET /openapi.yaml: the contract, as it stands in the repository.
struct SpecificationEndpoint: Sendable {
  func respond() -> HTTPResponse {
    HTTPResponse(
      status: .ok, contentType: "application/yaml; charset=utf-8", body: Array(OpenAPIDocument.text.utf8))
  }
}
