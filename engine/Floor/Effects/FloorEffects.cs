namespace MediaEngine.Floor;

/// <summary>
/// The output of a floor machine, reused from call to call: machines append, the caller reads and clears. Nothing is allocated
/// once it has grown to what a call needs. Messages are plain (unprotected) RTCP APP packets.
/// </summary>
public sealed class FloorEffects
{
    /// <summary>More than any message a machine writes: seven fields of 255 octets and the small ones.</summary>
    internal const int LongestMessage_bytes = 2048;

    private FloorEffect[] _effects = new FloorEffect[16];
    private byte[] _octets = new byte[2 * LongestMessage_bytes];
    private int _used;

    public int Count { get; private set; }

    public ref readonly FloorEffect this[int i]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(i, Count);
            return ref _effects[i];
        }
    }

    public void Clear()
    {
        Count = 0;
        _used = 0;
    }

    /// <summary>
    /// The phrase that came with a <see cref="FloorEffectKind.FloorDenied"/> or <see cref="FloorEffectKind.FloorRevoked"/>, as it came;
    /// valid until <see cref="Clear"/>.
    /// </summary>
    public ReadOnlySpan<byte> Phrase(in FloorEffect effect) => Message(effect);

    /// <summary>The message of a <see cref="FloorEffectKind.Send"/>; valid until <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Message(in FloorEffect effect) => _octets.AsSpan(effect.MessageOffset, effect.MessageLength);

    /// <summary>To change where messages go.</summary>
    internal Span<FloorEffect> All => _effects.AsSpan(0, Count);

    /// <summary>Drops the last effects; their messages stay valid.</summary>
    internal void Truncate(int count) => Count = count;

    internal SubchannelMessageWriter BeginSubchannel(SubchannelMessageType type, uint ssrc) => new(Reserve(), type, ssrc);

    internal FloorMessageWriter Begin(FloorMessageType type, bool ackRequired, uint ssrc) =>
        new(Reserve(), type, ackRequired, ssrc);

    /// <summary>Ends the message begun last. The result is sent by adding it, once per receiver.</summary>
    internal FloorEffect Complete(FloorMessageType type, in FloorMessageWriter writer) => Complete(type, writer.Complete());

    /// <summary>A refusal with the phrase that came with it.</summary>
    internal void AddRefusal(FloorEffectKind kind, ushort cause, ReadOnlySpan<byte> phrase)
    {
        phrase.CopyTo(Reserve());
        Add(Complete(default, phrase.Length) with { Kind = kind, Cause = cause });
    }

    /// <summary>Ends the message begun last, and sends it on the bearer.</summary>
    internal void AddOnBearer(in SubchannelMessageWriter writer) =>
        Add(Complete(default, writer.Complete()) with { Kind = FloorEffectKind.SendOnBearer });

    private FloorEffect Complete(FloorMessageType type, int length)
    {
        var send = new FloorEffect
        {
            Kind = FloorEffectKind.Send,
            MessageType = type,
            MessageOffset = _used,
            MessageLength = length,
        };
        _used += length;
        return send;
    }

    internal void Add(in FloorEffect effect)
    {
        if (Count == _effects.Length)
            Array.Resize(ref _effects, 2 * Count);
        _effects[Count++] = effect;
    }

    /// <summary>The same message to each of the participants.</summary>
    internal void AddToEach(in FloorEffect message, ReadOnlySpan<int> participants)
    {
        if (_effects.Length - Count < participants.Length)
            Array.Resize(ref _effects, Math.Max(2 * _effects.Length, Count + participants.Length));
        Span<FloorEffect> sends = _effects.AsSpan(Count, participants.Length);
        sends.Fill(message);
        for (int i = 0; i < sends.Length; i++)
            sends[i].Participant = participants[i];
        Count += sends.Length;
    }

    internal void Add(FloorEffectKind kind, int participant = 0) =>
        Add(new FloorEffect { Kind = kind, Participant = participant });

    internal void AddNotAllowed(int participant, FloorMessageType type) =>
        Add(new FloorEffect { Kind = FloorEffectKind.NotAllowed, Participant = participant, MessageType = type });

    private Span<byte> Reserve()
    {
        if (_octets.Length - _used < LongestMessage_bytes)
            Array.Resize(ref _octets, 2 * _octets.Length);
        return _octets.AsSpan(_used, LongestMessage_bytes);
    }
}
