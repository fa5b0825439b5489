import Camera
import RTP

extension ReceivedTracks {
    /// The tracks of a session that is simply sent.
    init(_ session: PlainSession) {
        var (picture, sound): (PictureReceiver?, SoundReceiver?)
        for track in session.tracks {
            if track.isPicture {
                let name = track.format.encodingName.uppercased()
                picture = PictureEncoding(rawValue: name).map { encoding in
                    PictureReceiver(
                        encoding, payloadType: track.format.payloadType,
                        parameters: track.format.parameters, patience: Self.patience,
                        packetLimit: Self.packetLimit,
                        resumesAtKeyframe: true)
                }
            } else {
                sound = SoundReceiver(track.format, patience: Self.patience)
            }
        }
        self.init(picture: picture, sound: sound)
    }
}
