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
}
