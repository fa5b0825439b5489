import Timing

/// A request that waits for its answer.
struct Exchange {
    enum Purpose {
        case options
        case describe
        case setup
        case play
        case keepAlive
        case teardown
    }

    let purpose: Purpose
    /// As it was asked for, without the headers that each sending adds.
    let request: RTSPRequest
    let sequence: Int
    let deadline: Instant
    /// How often it was sent again for a 401.
    let refusalCount: Int
}

/// What is still to be set up, and how to play it then.
struct SetupPlan {
    /// One wanted stream, and the URLs under which it may be.
    struct Step {
        let choice: TrackSelection.Choice
        var urls: ArraySlice<String>
    }

    /// One way to ask for PLAY: cameras differ in the URL they want, and some want no `Range`.
    struct PlayAttempt {
        let url: String
        let hasRange: Bool
    }

    var steps: ArraySlice<Step> = []
    var playAttempts: ArraySlice<PlayAttempt> = []
    /// The whole session's URL, for PLAY, signs of life and TEARDOWN.
    var aggregateURL = ""

    init() {}

    init(choices: [TrackSelection.Choice], controls: [String?], session: String?, urls: ControlURL)
    {
        steps =
            choices.map { choice in
                let control = choice.mediaIndex < controls.count ? controls[choice.mediaIndex] : nil
                return Step(choice: choice, urls: urls.candidates(control)[...])
            }[...]
        let written = urls.candidates(session).first ?? urls.request.text
        aggregateURL = ControlURL.withoutToken(written)
        playAttempts = [
            PlayAttempt(url: aggregateURL, hasRange: true),
            PlayAttempt(url: aggregateURL, hasRange: false),
            PlayAttempt(url: written == aggregateURL ? urls.request.text : written, hasRange: true),
        ]
    }
}
