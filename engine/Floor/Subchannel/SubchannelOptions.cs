namespace MediaEngine.Floor;

/// <summary>A group's place on a bearer and how it is announced (TS 24.380 8.4, 10, 11.2).</summary>
public sealed record SubchannelOptions
{
    /// <summary>SSRC in the header of every message on the general purpose subchannel.</summary>
    public required uint Ssrc { get; init; }

    /// <summary>MCPTT group identity, at most 255 octets in UTF-8.</summary>
    public required string GroupId { get; init; }

    /// <summary>3 or 6 octets.</summary>
    public required ReadOnlyMemory<byte> Tmgi { get; init; }

    /// <summary>Number of the audio m= line in the announcement's SDP, 1 to 15.</summary>
    public byte AudioMediaLine { get; init; } = 1;

    /// <summary>Number of the floor control m= line, 0 to 15; 0 = floor control has no port of its own.</summary>
    public byte FloorMediaLine { get; init; } = 2;

    public uint FloorPort { get; init; }

    public required uint MediaPort { get; init; }

    /// <summary>4 octets of IPv4 or 16 of IPv6.</summary>
    public required ReadOnlyMemory<byte> Address { get; init; }

    /// <summary>How many have to listen on the general purpose subchannel before a conversation is mapped.</summary>
    public int MinimumListeners { get; init; } = 2;

    /// <summary>Messages on the subchannel are protected: who has no key for them is told by unicast.</summary>
    public bool ProtectionRequired { get; init; } = true;

    /// <summary>Conversation: silence after which the subchannel is given back.</summary>
    public TimeSpan T15 { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Interval of Map Group To Bearer.</summary>
    public TimeSpan T16 { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Interval of Unmap Group To Bearer.</summary>
    public TimeSpan T17 { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How many times Unmap Group To Bearer is sent.</summary>
    public int C17 { get; init; } = 3;

    internal MbmsSubchannel Subchannel => new()
    {
        AudioMediaLine = AudioMediaLine,
        FloorMediaLine = FloorMediaLine,
        FloorPort = FloorPort,
        MediaPort = MediaPort,
        Address = Address.Span,
    };

    internal void Validate()
    {
        foreach (TimeSpan timer in (ReadOnlySpan<TimeSpan>)[T15, T16, T17])
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timer, TimeSpan.Zero, nameof(timer));
        ArgumentOutOfRangeException.ThrowIfLessThan(C17, 1, nameof(C17));
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumListeners, 1, nameof(MinimumListeners));
        if (Tmgi.Length is not (3 or 6))
            throw new ArgumentException("A TMGI has 3 or 6 octets.");
        FloorText.Encode(GroupId, nameof(GroupId));
        Subchannel.Validate();
    }
}
