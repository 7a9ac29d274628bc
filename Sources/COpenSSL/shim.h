// OpenSSL 3, and as functions what it has as macros that Swift cannot import.
#pragma once

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/// TLS 1.2 and newer; 1 where that could be set.
static inline int shim_tls_set_minimum_version(SSL_CTX *context) {
  return (int)SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

/// What a server allows its clients: no renegotiation, no compression, its own preference among ciphers (but ChaCha20
/// for a client that puts it first, because it has no AES instructions), a key of its own for each key exchange.
static inline void shim_tls_set_server_options(SSL_CTX *context) {
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                   SSL_OP_PRIORITIZE_CHACHA | SSL_OP_SINGLE_ECDH_USE | SSL_OP_SINGLE_DH_USE);
}

/// Buffers are given back when they are empty; a write may move.
static inline void shim_tls_set_modes(SSL_CTX *context) {
  SSL_CTX_set_mode(
      context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

static inline int shim_tls_set_groups(SSL_CTX *context, const char *names) {
  return (int)SSL_CTX_set1_groups_list(context, names);
}

/// Sessions are resumed by tickets alone: the server keeps none in memory.
static inline void shim_tls_keep_no_sessions(SSL_CTX *context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

static inline int shim_tls_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
  return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static const unsigned char shim_http11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

static inline int shim_choose_http11(
    SSL *session, const unsigned char **chosen, unsigned char *chosen_length, const unsigned char *offered,
    unsigned int offered_length, void *argument) {
  (void)session;
  (void)argument;
  // RFC 7301 §3.2: no protocol in common is a fatal no_application_protocol.
  return SSL_select_next_proto(
             (unsigned char **)chosen, chosen_length, shim_http11, sizeof shim_http11, offered, offered_length) ==
                 OPENSSL_NPN_NEGOTIATED
             ? SSL_TLSEXT_ERR_OK
             : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// A server speaks http/1.1 with a client that names protocols, and serves one that names none.
static inline void shim_tls_serve_http11(SSL_CTX *context) {
  SSL_CTX_set_alpn_select_cb(context, shim_choose_http11, NULL);
}

/// A client names http/1.1; 0 where that could be set.
static inline int shim_tls_ask_http11(SSL_CTX *context) {
  return SSL_CTX_set_alpn_protos(context, shim_http11, sizeof shim_http11);
}

static inline int shim_tls_set_server_name(SSL *session, const char *name) {
  return (int)SSL_set_tlsext_host_name(session, name);
}

/// Begins an HMAC with SHA-256; 1 where that could be done.
static inline int shim_begin_hmac(EVP_MAC_CTX *mac, unsigned char *key, size_t length) {
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key, length),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
      OSSL_PARAM_construct_end(),
  };
  return EVP_MAC_CTX_set_params(mac, parameters);
}

/// Says that the last read found nothing for now.
static inline void shim_bio_read_again(BIO *bio) {
  BIO_clear_retry_flags(bio);
  BIO_set_retry_read(bio);
}

static inline void shim_bio_no_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
