/// A request's method (RFC 2326 §10); unknown ones are kept as they are written.
public struct RTSPMethod: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// As it stands on the wire, in upper case.
    public var rawValue: String

    /// A method by its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// As it stands on the wire.
    public var description: String { rawValue }

    /// What the other side can do.
    public static let options = RTSPMethod(rawValue: "OPTIONS")
    /// Asks for the session description.
    public static let describe = RTSPMethod(rawValue: "DESCRIBE")
    /// Gives a description, or a new one.
    public static let announce = RTSPMethod(rawValue: "ANNOUNCE")
    /// Agrees on one stream's transport.
    public static let setup = RTSPMethod(rawValue: "SETUP")
    /// Starts the media.
    public static let play = RTSPMethod(rawValue: "PLAY")
    /// Halts the media, keeping the session.
    public static let pause = RTSPMethod(rawValue: "PAUSE")
    /// Ends the session.
    public static let teardown = RTSPMethod(rawValue: "TEARDOWN")
    /// Asks for parameters; without any, a sign of life.
    public static let getParameter = RTSPMethod(rawValue: "GET_PARAMETER")
    /// Sets parameters.
    public static let setParameter = RTSPMethod(rawValue: "SET_PARAMETER")
    /// Sends the client to another server.
    public static let redirect = RTSPMethod(rawValue: "REDIRECT")
    /// Starts recording what the client sends.
    public static let record = RTSPMethod(rawValue: "RECORD")

    /// The methods that a `Public` or `Allow` header lists, separated by commas or blanks.
    public static func list(parsing text: String) -> [RTSPMethod] {
        text.split { $0 == "," || $0 == " " || $0 == "\t" || $0 == ";" }
            .map { RTSPMethod(rawValue: $0.uppercased()) }
    }
}
