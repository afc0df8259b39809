using System.Runtime.CompilerServices;

namespace MediaEngine.Keys;

/// <summary>
/// A well-formed MIKEY message (RFC 3830 6): header and payloads in order, as views of the octets it was parsed from.
/// Nothing of it is authentic yet.
/// </summary>
public readonly ref struct MikeyMessage
{
    /// <summary>An I_MESSAGE has about 700 octets; certificates and long group lists stay far below this.</summary>
    public const int MaxLength_bytes = 16384;

    public const int MaxPayloads = 32;

    private readonly ReadOnlySpan<byte> _octets;
    private readonly int _headerLength;
    private readonly Table _table;

    private MikeyMessage(ReadOnlySpan<byte> octets, int headerLength, scoped in Table table, int count)
    {
        _octets = octets;
        _headerLength = headerLength;
        _table = table;
        Count = count;
    }

    public MikeyHeader Header => new(_octets[.._headerLength]);

    /// <summary>Payloads after the header, at least 1: the first is T.</summary>
    public int Count { get; }

    public MikeyPayload this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            Place place = _table[index];
            return new MikeyPayload(place.Type, _octets.Slice(place.Offset, place.Length), place.Offset);
        }
    }

    /// <summary>T.</summary>
    public MikeyTimestamp Timestamp => this[0].AsTimestamp();

    /// <summary>The whole message.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    /// <summary>Parses a whole message; <paramref name="message"/> must not be used unless the answer is None.</summary>
    public static MikeyError TryParse(ReadOnlySpan<byte> octets, out MikeyMessage message)
    {
        message = default;
        if (octets.Length > MaxLength_bytes)
            return MikeyError.Oversized;
        MikeyError error = MikeyHeader.Measure(octets, out int headerLength);
        if (error != MikeyError.None)
            return error;
        var table = new Table();
        int count = 0, offset = headerLength;
        var type = (MikeyPayloadType)octets[MikeyHeader.NextPayload_offset];
        while (type != MikeyPayloadType.Last)
        {
            if (count == MaxPayloads)
                return MikeyError.TooManyPayloads;
            ReadOnlySpan<byte> rest = octets[offset..];
            error = MikeyLayout.Measure(type, rest, out int length);
            if (error != MikeyError.None)
                return error;
            if (count == 0 && type != MikeyPayloadType.Timestamp)
                return MikeyError.MisplacedPayload;
            table[count++] = new Place(type, (ushort)offset, (ushort)length);
            offset += length;
            // SIGN has no field for a next payload.
            type = type == MikeyPayloadType.Signature ? MikeyPayloadType.Last : (MikeyPayloadType)rest[0];
        }
        if (count == 0)
            return MikeyError.MissingPayload;
        if (offset != octets.Length)
            return MikeyError.TrailingOctets;
        var parsed = new MikeyMessage(octets, headerLength, table, count);
        if (parsed.HasDuplicates())
            return MikeyError.DuplicatedPayload;
        message = parsed;
        return MikeyError.None;
    }

    /// <summary>The first payload of this type.</summary>
    public bool TryFind(MikeyPayloadType type, out MikeyPayload payload)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_table[i].Type == type)
            {
                payload = this[i];
                return true;
            }
        }
        payload = default;
        return false;
    }

    /// <summary>The identity with this role.</summary>
    public bool TryFind(MikeyIdentityRole role, out MikeyIdentity identity)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_table[i].Type == MikeyPayloadType.IdentityWithRole && this[i].AsIdentity() is var found && found.Role == role)
            {
                identity = found;
                return true;
            }
        }
        identity = default;
        return false;
    }

    /// <summary>The first general extension of this type.</summary>
    public bool TryFind(MikeyExtensionType type, out ReadOnlySpan<byte> data)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_table[i].Type == MikeyPayloadType.GeneralExtension && this[i].AsGeneralExtension() is var found && found.Type == type)
            {
                data = found.Data;
                return true;
            }
        }
        data = default;
        return false;
    }

    /// <summary>The security policy with this number.</summary>
    public bool TryFindPolicy(byte number, out MikeySecurityPolicy policy)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_table[i].Type == MikeyPayloadType.SecurityPolicy && this[i].AsSecurityPolicy() is var found && found.Number == number)
            {
                policy = found;
                return true;
            }
        }
        policy = default;
        return false;
    }

    private bool HasDuplicates()
    {
        int identities = 0;
        for (int i = 0; i < Count; i++)
        {
            MikeyPayloadType type = _table[i].Type;
            if (type == MikeyPayloadType.GeneralExtension)
                continue;
            if (type == MikeyPayloadType.Identity)
            {
                // IDi and IDr
                if (++identities > 2)
                    return true;
                continue;
            }
            int discriminator = Discriminator(i);
            int same = 0;
            for (int j = 0; j < i; j++)
                same += _table[j].Type == type && Discriminator(j) == discriminator ? 1 : 0;
            // Some senders give both KMSs the role KMS.
            bool pair = type == MikeyPayloadType.IdentityWithRole && discriminator == (int)MikeyIdentityRole.KeyManagementServer;
            if (same > (pair ? 1 : 0))
                return true;
        }
        return false;
    }

    // Role of IDR, number of SP: the octet after the next payload.
    private int Discriminator(int index) =>
        _table[index].Type is MikeyPayloadType.IdentityWithRole or MikeyPayloadType.SecurityPolicy ? _octets[_table[index].Offset + 1] : 0;

    private readonly record struct Place(MikeyPayloadType Type, ushort Offset, ushort Length);

    [InlineArray(MaxPayloads)]
    private struct Table
    {
        private Place _first;
    }
}
