#pragma once

#include "CSystem.h"
#include <sys/socket.h>

socklen_t system_address_store(struct system_address address, bool ipv6,
                               struct sockaddr_storage *out);
struct system_address system_address_load(const struct sockaddr_storage *in);
