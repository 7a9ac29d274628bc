#!/bin/sh
# Makes the keys and certificates of the TLS tests, valid for a hundred years. They protect nothing. Needs openssl 3.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

# certificate NAME SUBJECT ISSUER [EXTENSION…]: NAME.pem, of the key NAME-key.pem, signed by ISSUER
certificate() {
  name=$1 subject=$2 issuer=$3
  shift 3
  : >"$work/extensions"
  for line in "$@"; do echo "$line" >>"$work/extensions"; done
  openssl req -new -key "$name-key.pem" -subj "/CN=$subject" -out "$work/request"
  openssl x509 -req -in "$work/request" -CA "$issuer.pem" -CAkey "$issuer-key.pem" -days 36500 -sha256 \
    -extfile "$work/extensions" -out "$name.pem" 2>/dev/null
}

authority() {
  key "$1-key.pem"
  openssl req -x509 -new -key "$1-key.pem" -subj "/CN=$2" -days 36500 -sha256 -out "$1.pem" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
}

names=subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1
authority ca "Dragoman tests"
authority other-ca "Somebody else"

# Two servers of the same authority, so that a test sees which of them answers.
key server-key.pem
certificate server "server one" ca "$names" extendedKeyUsage=serverAuth
key second-key.pem
certificate second "server two" ca "$names" extendedKeyUsage=serverAuth
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa-key.pem
certificate rsa "server of RSA" ca "$names" extendedKeyUsage=serverAuth

# A server behind an intermediate authority; its file is the chain.
key intermediate-key.pem
certificate intermediate "Dragoman tests, in between" ca basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign
key chained-key.pem
certificate chained "server of a chain" intermediate "$names" extendedKeyUsage=serverAuth
cat intermediate.pem >>chained.pem

# One that ended in 2001.
key expired-key.pem
openssl req -new -key expired-key.pem -subj "/CN=server of the past" -out "$work/request"
mkdir "$work/ca"
: >"$work/ca/index"
echo 01 >"$work/ca/serial"
cat >"$work/ca.conf" <<END
[ca]
default_ca = c
[c]
database = $work/ca/index
serial = $work/ca/serial
new_certs_dir = $work/ca
default_md = sha256
policy = p
[p]
commonName = supplied
END
openssl ca -batch -config "$work/ca.conf" -cert ca.pem -keyfile ca-key.pem -in "$work/request" -notext \
  -startdate 20000101000000Z -enddate 20010101000000Z -out expired.pem 2>/dev/null

# Clients: of the authority, of another one, and a server's certificate that is none of a client.
key client-key.pem
certificate client "a client" ca extendedKeyUsage=clientAuth
key stranger-key.pem
certificate stranger "a stranger" other-ca extendedKeyUsage=clientAuth

openssl pkey -in server-key.pem -aes256 -passout pass:secret -out encrypted-key.pem
rm -f ca-key.pem other-ca-key.pem intermediate-key.pem intermediate.pem
