import Glibc
public import Wire

extension Command {
    /// Where HTTP is to be served: `--http`. Ends the process when that would let anyone in and nobody
    /// has said `--insecure`.
    ///
    /// - Parameters:
    ///   - settings: The command's own.
    ///   - remedy: What to give so that not anyone is let in.
    public func httpEndpoint(_ settings: Settings, remedy: String = "--insecure") -> Endpoint {
        guard let http = settings.endpoint("http") else {
            return Endpoint(ipv4: 0x7F00_0001, port: 0)
        }
        guard http.isLoopback || settings.isSet("insecure") else {
            fail("--http \(http) would let anyone in: give \(remedy)", .usage)
        }
        return http
    }

    /// Ends the process where nothing can be written into a folder, with one line that says why.
    public func requireFolder(_ path: String) {
        guard isFolder(path), access(path, W_OK | X_OK) == 0 else {
            let reason = String(cString: strerror(errno)).lowercased()
            fail(
                "cannot write into \(path): \(reason)", errno == EACCES ? .noPermission : .noInput)
        }
    }

    /// Whether there is a folder; `errno` says why not.
    private func isFolder(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        errno = ENOTDIR
        return status.st_mode & S_IFMT == S_IFDIR
    }

    /// What `body` makes; ends the process with one line when it cannot.
    public func required<Value, Failure: Error & CustomStringConvertible>(
        or code: ExitCode, _ body: () throws(Failure) -> Value
    ) -> Value {
        required(or: { _ in code }, body)
    }

    /// What `body` makes; ends the process with one line, and with what the failure calls for.
    public func required<Value, Failure: Error & CustomStringConvertible>(
        or code: (Failure) -> ExitCode, _ body: () throws(Failure) -> Value
    ) -> Value {
        do { return try body() } catch { fail(error.description, code(error)) }
    }
}

extension Settings {
    /// The log that `--log-level` and `--log-format` ask for.
    public var log: Log {
        Log(
            level: self["log-level"].flatMap { Log.Level($0) } ?? .info,
            isJSON: self["log-format"] == "json")
    }
}
