#pragma once
#include <openssl/ssl.h>

#include "CCiphers.h"

enum {
    link_limit = 32,       // datagrams waiting; more are lost, as on any network
    expected_limit = 8,    // certificate digests
};

struct datagram {
    struct datagram *next;
    size_t count;
    uint8_t bytes[];
};

struct expected {
    const EVP_MD *algorithm;
    size_t count;
    uint8_t digest[EVP_MAX_MD_SIZE];
};

// One session's end of the wire. The BIO owns it, the SSL owns the BIO.
struct link {
    const uint8_t *arrived;  // borrowed for one step
    size_t arrived_count;
    struct datagram *first, *last;
    size_t waiting, mtu;
    struct expected expected[expected_limit];
    int expected_count, mismatched;
};

struct link *link_of(SSL *ssl);
