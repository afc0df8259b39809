namespace MediaEngine.Floor;

/// <summary>Configuration of the floor control of a non-controlling function (TS 24.380 6.5).</summary>
public sealed record NonControllingFloorOptions
{
    /// <summary>SSRC in the header of messages to the controlling function.</summary>
    public required uint UpstreamSsrc { get; init; }

    /// <summary>SSRC in the header of messages to the participants.</summary>
    public required uint DownstreamSsrc { get; init; }

    /// <summary>The last number the participants heard from the floor this one follows, else 0.</summary>
    public ushort MessageSequenceNumber { get; init; }

    /// <summary>The participant type of Track Info, at most 32 octets in UTF-8.</summary>
    public string ParticipantType { get; init; } = "";

    /// <summary>Interval of Floor Revoke to who sends media without permission.</summary>
    public TimeSpan T8 { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long media of who has just lost permission is dropped silently.</summary>
    public TimeSpan MediaInFlight { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Named to the controlling function instead of a participant that asked for privacy.</summary>
    public string AnonymousIdentity { get; init; } = "sip:anonymous@anonymous.invalid";

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(T8, TimeSpan.Zero, nameof(T8));
        ArgumentOutOfRangeException.ThrowIfLessThan(MediaInFlight, TimeSpan.Zero, nameof(MediaInFlight));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            FloorText.Encode(ParticipantType, nameof(ParticipantType)).Length, 32, nameof(ParticipantType));
        FloorText.Encode(AnonymousIdentity, nameof(AnonymousIdentity));
    }
}
