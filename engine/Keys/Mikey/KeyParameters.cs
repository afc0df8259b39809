using System.Buffers.Binary;
using System.Text;

namespace MediaEngine.Keys;

/// <summary>What is said of a key beside the key: status, lifetime, name, groups (TS 33.180 E.6.1).</summary>
/// <param name="KeyType">The purpose, by its number.</param>
public sealed record KeyParameters(KeyPurpose KeyType)
{
    private const int Fixed_bytes = 1 + 4 + 5 + 5 + 2;
    private const uint NotRevoked = 1;
    private const int InformationElementHeader_bytes = 3;

    // UNCERTAIN: seconds since 1970, as values of vendors and the date and time element of MCData have it; E.6 was not read.
    private static readonly DateTimeOffset Epoch = DateTimeOffset.UnixEpoch;

    /// <summary>Bit 0 is "not revoked"; others belong to gateways.</summary>
    public uint Status { get; init; } = NotRevoked;

    public bool Revoked => (Status & NotRevoked) == 0;

    public KeyValidity Validity { get; init; }

    /// <summary>A name for people.</summary>
    public string Text { get; init; } = "";

    /// <summary>MC group IDs; sent for a GMK, MKFC or MuSiK only.</summary>
    public IReadOnlyList<string> GroupIds { get; init; } = [];

    /// <summary>Reads the content, bare or wrapped as one information element: senders do either.</summary>
    public static bool TryRead(ReadOnlySpan<byte> content, out KeyParameters? parameters)
    {
        parameters = null;
        if (IsWrapped(content))
            content = content[InformationElementHeader_bytes..];
        if (content.Length < Fixed_bytes)
            return false;
        var keyType = (KeyPurpose)content[0];
        uint status = BinaryPrimitives.ReadUInt32BigEndian(content[1..]);
        if (!TryReadTime(content[5..], out DateTimeOffset? activation) || !TryReadTime(content[10..], out DateTimeOffset? expiry))
            return false;
        int textLength = BinaryPrimitives.ReadUInt16BigEndian(content[15..]);
        ReadOnlySpan<byte> rest = content[Fixed_bytes..];
        if (rest.Length < textLength)
            return false;
        string text = Encoding.UTF8.GetString(rest[..textLength]);
        rest = rest[textLength..];
        IReadOnlyList<string> groups = [];
        // Some senders leave the group IDs out even where they belong.
        if (HasGroups(keyType) && !rest.IsEmpty && !TryReadGroups(rest, out groups))
            return false;
        parameters = new KeyParameters(keyType)
        {
            Status = status,
            Validity = new KeyValidity(activation, expiry),
            Text = text,
            GroupIds = groups,
        };
        return true;
    }

    /// <summary>Octets of the bare content.</summary>
    public int Length_bytes
    {
        get
        {
            int length = Fixed_bytes + Encoding.UTF8.GetByteCount(Text);
            if (HasGroups(KeyType))
                length += 2 + 1 + GroupIds.Sum(group => 3 + Encoding.UTF8.GetByteCount(group));
            return length;
        }
    }

    /// <summary>Writes the bare content.</summary>
    /// <returns>Its length.</returns>
    /// <exception cref="ArgumentException">Too short a destination, a text or group list over 65535 octets, over 255 groups.</exception>
    public int Write(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Length_bytes, nameof(destination));
        destination[0] = (byte)KeyType;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], Status);
        WriteTime(destination[5..], Validity.Activation);
        WriteTime(destination[10..], Validity.Expiry);
        int length = Fixed_bytes + WriteText(destination[15..], Text) - 2;
        if (!HasGroups(KeyType))
            return length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(GroupIds.Count, byte.MaxValue, nameof(GroupIds));
        int start = length;
        destination[start + 2] = (byte)GroupIds.Count;
        length += 3;
        foreach (string group in GroupIds)
        {
            destination[length++] = 0;
            length += WriteText(destination[length..], group);
        }
        BinaryPrimitives.WriteUInt16BigEndian(destination[start..], checked((ushort)(length - start - 2)));
        return length;
    }

    // UNCERTAIN: E.6.1 wants an element identifier and a length around the content, a published message has neither. A bare
    // content cannot look wrapped: its second and third octet are the high half of a status that is never so large.
    private static bool IsWrapped(ReadOnlySpan<byte> content) =>
        content.Length > InformationElementHeader_bytes &&
        BinaryPrimitives.ReadUInt16BigEndian(content[1..]) == content.Length - InformationElementHeader_bytes;

    private static bool HasGroups(KeyPurpose keyType) =>
        keyType is KeyPurpose.GroupMasterKey or KeyPurpose.MulticastFloorControlKey or KeyPurpose.MulticastSignallingKey;

    // length(2), count(1), then element identifier(1), length(2), MC group ID each
    private static bool TryReadGroups(ReadOnlySpan<byte> rest, out IReadOnlyList<string> groups)
    {
        groups = [];
        if (rest.Length < 2 || rest.Length - 2 < BinaryPrimitives.ReadUInt16BigEndian(rest))
            return false;
        rest = rest.Slice(2, BinaryPrimitives.ReadUInt16BigEndian(rest));
        if (rest.IsEmpty)
            return true;
        int count = rest[0];
        rest = rest[1..];
        // Bounds the list by the octets there are.
        if (count > rest.Length / InformationElementHeader_bytes)
            return false;
        var found = new List<string>(count);
        for (int i = 0; i < count; i++)
        {
            if (rest.Length < InformationElementHeader_bytes)
                return false;
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
            rest = rest[InformationElementHeader_bytes..];
            if (rest.Length < length)
                return false;
            found.Add(Encoding.UTF8.GetString(rest[..length]));
            rest = rest[length..];
        }
        groups = found;
        return true;
    }

    private static int WriteText(Span<byte> destination, string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ushort.MaxValue, nameof(text));
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)length);
        Encoding.UTF8.GetBytes(text, destination[2..]);
        return 2 + length;
    }

    // 40 bits; 0 is no time.
    private static bool TryReadTime(ReadOnlySpan<byte> octets, out DateTimeOffset? time)
    {
        long seconds = (long)octets[0] << 32 | BinaryPrimitives.ReadUInt32BigEndian(octets[1..]);
        time = null;
        if (seconds > (DateTimeOffset.MaxValue - Epoch).TotalSeconds - 1)
            return false;
        time = seconds == 0 ? null : Epoch.AddSeconds(seconds);
        return true;
    }

    private static void WriteTime(Span<byte> destination, DateTimeOffset? time)
    {
        long seconds = time is { } known ? (long)(known - Epoch).TotalSeconds : 0;
        ArgumentOutOfRangeException.ThrowIfNegative(seconds, nameof(time));
        destination[0] = (byte)(seconds >> 32);
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)seconds);
    }
}
