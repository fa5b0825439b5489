public import WHIP
public import WebRTC

/// Why a recording cannot be started or stopped.
public enum RecordingError: Error, Hashable, Sendable {
    /// One of that name runs.
    case alreadyActive
    /// What it is to be of is being recorded already, under that name.
    case alreadyRecorded(as: String)
    /// None of that name runs.
    case notActive
    /// A name of other characters than letters, digits, `-`, `_` and `.`, or too long.
    case malformedName
    /// A room's name that cannot be one.
    case malformedRoom(String)
    /// Neither RTSP nor HTTP nor a session description.
    case unsupportedSource
    /// RTP without the SDP file that says what it carries.
    case undescribedRTP
    /// A file that cannot be read, and why.
    case unreadable(path: String, reason: String)
    /// What is wrong with a session description, and which file it is.
    case sessionDescription(String, path: String? = nil)
    /// The source's URL cannot be read.
    case malformedURL(String)
    /// The WHEP endpoint.
    case endpoint(WHIPError)
    /// The WHEP endpoint's answer.
    case answer(AnswerError)
    /// Another recorder has the folder: the process, where that is known.
    case folderInUse(String, process: Int32?)
    /// The kernel or OpenSSL.
    case system(String)

    /// Whether trying again later can help.
    var isTransient: Bool {
        switch self {
        case .endpoint(let error): error.isTransient
        case .system: true
        case .alreadyActive, .alreadyRecorded, .notActive, .malformedName, .malformedRoom,
            .unsupportedSource, .undescribedRTP, .unreadable, .sessionDescription, .malformedURL,
            .answer, .folderInUse:
            false
        }
    }

    /// Whether what is asked for can never be, however long one waits.
    public var isOfRequest: Bool {
        switch self {
        case .malformedName, .malformedRoom, .unsupportedSource, .undescribedRTP, .malformedURL,
            .sessionDescription:
            true
        case .alreadyActive, .alreadyRecorded, .notActive, .unreadable, .endpoint, .answer,
            .folderInUse, .system:
            false
        }
    }

    /// Whether a server is there, and what is to be recorded is not (yet).
    var isOfAbsence: Bool {
        guard case .endpoint(.refused(status: 404, _, _)) = self else { return false }
        return true
    }
}

extension RecordingError: CustomStringConvertible {
    /// One sentence.
    public var description: String {
        switch self {
        case .alreadyActive: "Recording already active"
        case .alreadyRecorded(let name): "It is being recorded already, as \(name)"
        case .notActive: "No active recording"
        case .malformedName:
            "A name has 1 to 100 letters of ASCII, digits, hyphens, underscores and dots, no dot first"
        case .malformedRoom:
            "a room's name has 1 to 128 octets and no control characters"
        case .unsupportedSource:
            "the source must be an rtsp://, rtsps://, http:// or https:// URL, or an SDP file: FILE.sdp"
        case .undescribedRTP:
            "RTP does not say what it carries: give its SDP file, as FILE.sdp or rtp://IP:PORT?sdp=FILE"
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .sessionDescription(let reason, let path):
            "the session description\(path.map { " \($0)" } ?? "") cannot be used: \(reason)"
        case .malformedURL(let reason): "the source's URL cannot be read: \(reason)"
        case .endpoint(let error): error.description
        case .answer(let error): error.description
        case .folderInUse(let folder, let process):
            "another recorder records into \(folder)" + (process.map { ": process \($0)" } ?? "")
        case .system(let reason): reason
        }
    }
}
