using MediaEngine.Srtp;

namespace MediaEngine.Media;

internal static class MediaDropReasons
{
    /// <summary>What a packet that did not open counts as.</summary>
    public static MediaDrop Of(SrtpOutcome outcome) => outcome switch
    {
        SrtpOutcome.UnknownMki => MediaDrop.UnknownMki,
        SrtpOutcome.Replayed or SrtpOutcome.TooOld => MediaDrop.Replayed,
        SrtpOutcome.AuthenticationFailed or SrtpOutcome.NotEncrypted => MediaDrop.AuthenticationFailed,
        SrtpOutcome.StreamLimit => MediaDrop.Refused,
        _ => MediaDrop.Malformed,
    };
}
