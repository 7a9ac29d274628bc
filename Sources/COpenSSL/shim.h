#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/err.h>
