using System.Buffers.Binary;

namespace MediaEngine.Floor;

/// <summary>A Track Info value (TS 24.380 8.2.3.13): the way back through non-controlling functions.</summary>
public readonly ref struct FloorTrackInfo
{
    private readonly ReadOnlySpan<byte> _references;

    private FloorTrackInfo(bool queueing, ReadOnlySpan<byte> participantType, ReadOnlySpan<byte> references)
    {
        Queueing = queueing;
        ParticipantType = participantType;
        _references = references;
    }

    public bool Queueing { get; }

    /// <summary>UTF-8.</summary>
    public ReadOnlySpan<byte> ParticipantType { get; }

    public int ReferenceCount => _references.Length / 4;

    /// <summary>All references as they are on the wire.</summary>
    internal ReadOnlySpan<byte> References => _references;

    /// <summary>A floor participant reference, the first function's first.</summary>
    public uint Reference(int index) => BinaryPrimitives.ReadUInt32BigEndian(_references[(4 * index)..]);

    internal static bool TryParse(ReadOnlySpan<byte> value, out FloorTrackInfo trackInfo)
    {
        trackInfo = default;
        if (value.Length < 2)
            return false;
        int typeLength = value[1];
        int references = 2 + (typeLength + 3 & ~3);
        if (references > value.Length)
            return false;
        trackInfo = new FloorTrackInfo(value[0] != 0, value.Slice(2, typeLength), value[references..]);
        return true;
    }
}
