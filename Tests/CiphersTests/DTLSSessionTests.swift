import Testing
import Timing

@testable import Ciphers

@Suite struct DTLSSessionTests {
    @Test(arguments: SRTPProfile.allCases)
    func `both sides end with the same keys`(profile: SRTPProfile) throws {
        var dialogue = try DTLSDialogue(clientProfiles: [profile])
        dialogue.client.start(at: dialogue.now)
        dialogue.run()
        let keys = try #require(dialogue.client.state.keys)
        #expect(dialogue.server.state == .connected(keys))
        #expect(keys.profile == profile)
        #expect(keys.clientKey.count == profile.keyByteCount)
        #expect(keys.serverSalt.count == profile.saltByteCount)
        #expect(keys.clientKey != keys.serverKey)
        #expect(dialogue.client.nextDeadline == nil)
        #expect(dialogue.server.nextDeadline == nil)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `what one side seals the other opens`(profile: SRTPProfile) throws {
        var dialogue = try DTLSDialogue(serverProfiles: [profile])
        dialogue.client.start(at: dialogue.now)
        dialogue.run()
        let keys = try #require(dialogue.client.state.keys)
        let (packet, header) = rtpPacket(sequenceNumber: 1)
        for role in [DTLSRole.client, .server] {
            let sealed = try keys.sealingKey(of: role).seal(packet, header: header, index: 1)
            var peer = try keys.openingKey(of: role == .client ? .server : .client)
            let opened = peer.open(sealed)
            #expect(opened == .packet(packet, index: 1))
            var own = try keys.openingKey(of: role)
            let reflected = own.open(sealed)
            #expect(reflected == .failed(.notAuthentic))
        }
    }

    @Test func `the server's preference decides: GCM, even if the client prefers AES-CM`() throws {
        var dialogue = try DTLSDialogue(clientProfiles: [.aes128CMHMACSHA1_80, .aeadAES128GCM])
        dialogue.client.start(at: dialogue.now)
        dialogue.run()
        #expect(dialogue.client.state.keys?.profile == .aeadAES128GCM)
    }

    @Test func `without a common profile there is no session`() throws {
        var dialogue = try DTLSDialogue(
            clientProfiles: [.aeadAES128GCM],
            serverProfiles: [.aes128CMHMACSHA1_80]
        )
        dialogue.client.start(at: dialogue.now)
        dialogue.run()
        #expect(dialogue.client.state == .failed(.noCommonProfile))
        #expect(dialogue.server.state == .failed(.noCommonProfile))
    }

    @Test func `a client refuses a server that signalling did not announce`() throws {
        let other = try Certificate().fingerprint
        var dialogue = try DTLSDialogue(clientExpects: [other])
        dialogue.client.start(at: dialogue.now)
        dialogue.run()
        #expect(dialogue.client.state == .failed(.fingerprintMismatch))
        #expect(dialogue.server.state == .failed(.alert(42)))  // bad_certificate
        #expect(dialogue.client.nextDeadline == nil)
    }

    @Test func `a server refuses a client that signalling did not announce`() throws {
        let other = try Certificate().fingerprint
        var dialogue = try DTLSDialogue(serverExpects: [other])
        dialogue.client.start(at: dialogue.now)
        dialogue.run()
        #expect(dialogue.server.state == .failed(.fingerprintMismatch))
        #expect(dialogue.client.state == .failed(.alert(42)))
    }

    @Test(arguments: HashFunction.allCases)
    func `any of the known hash functions will do`(function: HashFunction) throws {
        let certificate = try Certificate()
        let digest = try #require(Certificate.digest(of: certificate.x509, by: function))
        let other = try Certificate()
        let otherDigest = try #require(Certificate.digest(of: other.x509, by: function))
        var dialogue = try DTLSDialogue(
            serverCertificate: certificate,
            clientExpects: [otherDigest, digest]
        )
        dialogue.client.start(at: dialogue.now)
        dialogue.run()
        #expect(dialogue.client.state.keys != nil)
    }

    @Test func `a session needs one to eight fingerprints`() throws {
        let context = try DTLSContext(certificate: Certificate())
        let fingerprint = context.certificate.fingerprint
        for count in [0, 9] {
            #expect(throws: CipherError.fingerprints(count: count)) {
                _ = try DTLSSession(
                    role: .server,
                    context: context,
                    remoteFingerprints: Array(repeating: fingerprint, count: count)
                )
            }
        }
    }

    @Test func `a closed session tells its peer, and both stay closed`() throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        dialogue.run()
        dialogue.client.close()
        #expect(dialogue.client.state == .closed)
        dialogue.run()
        #expect(dialogue.server.state == .closed)
        let other: [UInt8] = [22, 254, 253, 0, 1, 0, 0, 0, 0, 0, 9, 0, 0]
        dialogue.deliver(toServer: [other])
        dialogue.server.close()
        dialogue.server.start(at: dialogue.now)
        #expect(dialogue.serverFlight().isEmpty)
        #expect(dialogue.server.state == .closed)
        #expect(dialogue.server.nextDeadline == nil)
    }

    @Test func `a session closed before its end says nothing more`() throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        let hello = dialogue.clientFlight()
        dialogue.server.close()
        dialogue.deliver(toServer: hello)
        #expect(dialogue.serverFlight().isEmpty)
        #expect(dialogue.server.state == .closed)
    }
}
