import SDP
import Testing

@Suite struct FixtureTests {
    /// Clients disagree with RFC 8866 §5 on nothing but where attributes stand.
    @Test(arguments: Fixture.all) func `prints an offer as it was`(_ fixture: Fixture) throws {
        #expect(try fixture.offer().description == fixture.text())
    }

    @Test(arguments: Fixture.all)
    func `reads an offer with line feeds only, and a blank after each line`(
        _ fixture: Fixture
    ) throws {
        let text = try fixture.text()
        for ending in ["\n", " \n"] {
            let session = try SessionDescription(parsing: text.replacing("\r\n", with: ending))
            #expect(session.description == text)
        }
    }
}
