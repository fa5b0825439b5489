import COpenSSL

/// HMAC-SHA1 (RFC 2104), 20 octets: STUN's MESSAGE-INTEGRITY.
public func hmacSHA1(key: [UInt8], data: RawSpan) -> [UInt8] {
    hmac(EVP_sha1(), byteCount: 20, key: key, data: data)
}

/// HMAC-SHA1 (RFC 2104), 20 octets.
public func hmacSHA1(key: [UInt8], data: [UInt8]) -> [UInt8] {
    hmacSHA1(key: key, data: data.span.bytes)
}

/// HMAC-SHA256 (RFC 2104), 32 octets: JWT's HS256.
public func hmacSHA256(key: [UInt8], data: RawSpan) -> [UInt8] {
    hmac(EVP_sha256(), byteCount: 32, key: key, data: data)
}

/// HMAC-SHA256 (RFC 2104), 32 octets.
public func hmacSHA256(key: [UInt8], data: [UInt8]) -> [UInt8] {
    hmacSHA256(key: key, data: data.span.bytes)
}

/// SHA-256 (FIPS 180-4), 32 octets.
public func sha256(_ data: RawSpan) -> [UInt8] {
    let digest = digest(EVP_sha256(), byteCount: 32, of: data)
    precondition(!digest.isEmpty, "this OpenSSL has no SHA-256: install Debian's libssl3")
    return digest
}

/// SHA-256 (FIPS 180-4), 32 octets.
public func sha256(_ data: [UInt8]) -> [UInt8] { sha256(data.span.bytes) }

/// MD5 (RFC 1321), 16 octets: for digest authentication, which many cameras know in no other form.
/// Nothing else may trust it. Empty where OpenSSL is configured to refuse it.
public func md5(_ data: [UInt8]) -> [UInt8] {
    digest(EVP_md5(), byteCount: 16, of: data.span.bytes)
}

/// Octets nobody can guess, from OpenSSL's generator seeded by the kernel.
///
/// Engines do not call it: their randomness is a seed, which may come from here.
public func randomBytes(count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { bytes, initializedCount in
        guard let base = bytes.baseAddress, count > 0 else { return }
        let isDone = RAND_bytes(base, Int32(count)) == 1
        precondition(isDone, "the kernel gave OpenSSL no randomness: nothing secret can be made")
        initializedCount = count
    }
}

/// Whether both are the same, in a time that tells nothing about where they differ.
public func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    constantTimeEquals(left.span.bytes, right.span.bytes)
}

/// Whether both are the same, in a time that tells nothing about where they differ.
public func constantTimeEquals(_ left: RawSpan, _ right: RawSpan) -> Bool {
    guard left.byteCount == right.byteCount else { return false }
    return left.withOctets { first in
        right.withOctets { CRYPTO_memcmp(first, $0, right.byteCount) == 0 }
    }
}

private func digest(_ algorithm: OpaquePointer?, byteCount: Int, of data: RawSpan) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
        let isDone = data.withOctets { octets in
            EVP_Digest(octets, data.byteCount, digest.baseAddress, nil, algorithm, nil) == 1
        }
        count = isDone ? byteCount : 0
    }
}

private func hmac(
    _ algorithm: OpaquePointer?,
    byteCount: Int,
    key: [UInt8],
    data: RawSpan
) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
        // An empty array may lend a null pointer, which HMAC takes for "the key of before".
        let result = (key.isEmpty ? [0] : key).withUnsafeBytes { keyBytes in
            data.withOctets { octets in
                HMAC(
                    algorithm,
                    keyBytes.baseAddress,
                    Int32(key.count),
                    octets,
                    data.byteCount,
                    digest.baseAddress,
                    nil
                )
            }
        }
        precondition(result != nil, "this OpenSSL has no HMAC: install Debian's libssl3")
        count = byteCount
    }
}
