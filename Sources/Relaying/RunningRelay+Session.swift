import Fetch
import Reactor
import Timing
import WHIP

// The session with the server, agreed on again whenever it is lost.

extension RunningRelay {
    /// Agrees on a session with the server for what the source has, again and again until there is
    /// one. What stood before is ended.
    func publish(_ retry: inout SessionRetry) async {
        while let format = progress.offered, !Task.isCancelled {
            if let wait = retry.wait(at: .now(), spread: .random(in: 0.5...1.5)) {
                guard (try? await Task.sleep(for: wait)) != nil else { return }
            }
            await release()
            do throws(WHIPError) {
                try await agree(on: format)
                retry.agreed(at: .now())
                // Unless the source has become another meanwhile, that was all.
            } catch {
                guard !Task.isCancelled else { return }  // `stop` releases
                await release()
                guard progress.refused(error.description, isTransient: error.isTransient)
                else { return }
                retry.failed()
            }
        }
    }

    /// Has the server forget the session that it keeps for us, if it does. It forgets by itself as
    /// well, later.
    func release() async {
        guard let call = progress.takeResource()?.end() else { return }
        _ = try? await Fetcher(timeout: .seconds(2)).send(call)
    }

    private func agree(on format: RelayFormat) async throws(WHIPError) {
        let offer = RelayOffer(format, certificate: context.certificate.fingerprint)
        var session = WHIPSession(
            endpoint: configuration.publish, bearer: configuration.bearer, offer: offer.text)
        let answer: String
        do throws(WHIPError) {
            answer = try await session.negotiate()
            progress.opened(session)
        } catch {
            progress.opened(session)  // what it made without an answer is ended all the same
            throw error
        }
        let accepted = try offer.accept(answer)
        let (context, progress) = (context, progress)
        let patience = configuration.serverPatience
        // On the loop's thread, so that no event of the session before comes in between.
        do throws(MailboxRefusal) {
            try await loop.run { engine, now in
                engine.publish(accepted, of: offer, context: context, patience: patience, at: now)
                progress.agreed(on: format, offer.session)
            }
        } catch { throw .unusableAnswer("the relay's thread takes nothing more") }
    }
}

extension WHIPSession {
    /// Carries the session's calls out until there is an answer.
    fileprivate mutating func negotiate() async throws(WHIPError) -> String {
        var step = start()
        while true {
            switch step {
            case .answered(let answer): return answer
            case .failed(let error): throw error
            case .call(let call):
                do throws(FetchError) {
                    step = receive(.success(try await Fetcher().send(call)))
                } catch {
                    step = receive(.failure(error))
                }
            }
        }
    }
}
