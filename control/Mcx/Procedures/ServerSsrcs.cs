using System.Buffers.Binary;
using MediaEngine.Keys;
using MediaEngine.Rtp;

namespace MediaEngine.Mcx;

/// <summary>
/// The SSRCs of floor control messages to legs, and of what a call says on the bearer, where a MuSiK, MKFC or MSCCK stands for the
/// CSK. An SRTCP nonce is SSRC and index, and each leg's indexes start at 1, so an SSRC is given once under a CSK, over all
/// restarts (RFC 7714 9.1). Numbers are 20 bits of block and 12 bits of leg: a block is durable before its first leg is, and
/// every CSK has the legs of a block to itself.
/// </summary>
public sealed class ServerSsrcs
{
    public const uint LegsPerBlock = 1 << LegBits;
    public const uint MaxBlock = uint.MaxValue >> LegBits;
    private const int LegBits = 12;

    /// <summary>From here on the operator is warned: a sixteenth is left.</summary>
    private const uint FirstLateBlock = MaxBlock - (MaxBlock >> 4);

    private readonly uint _mask;
    private readonly Dictionary<KeyIdentifier, Position> _positions = [];

    /// <summary>The last block that is durably this process's; null when it has none yet.</summary>
    private uint? _ownBlock;
    private uint _nextBlock;

    public ServerSsrcs(ServerSsrcReservation? durable, IEntropy entropy)
    {
        if (durable is not null)
        {
            _mask = durable.Mask;
            _nextBlock = Math.Min(durable.LastBlock, MaxBlock) + 1;
            return;
        }
        Span<byte> octets = stackalloc byte[sizeof(uint)];
        entropy.Fill(octets);
        _mask = BinaryPrimitives.ReadUInt32BigEndian(octets);
    }

    /// <summary>
    /// A new SSRC, not 0 and not <paramref name="except"/>; it may be used once <see cref="McxEffects.Changes"/> are committed.
    /// False when the reserved blocks are used up.
    /// </summary>
    public bool TryTake(KeyIdentifier csk, uint except, McxEffects effects, out uint ssrc)
    {
        ssrc = 0;
        if (_ownBlock is null)
        {
            if (_nextBlock > MaxBlock)
                return false;
            // No call of this process is up yet, so none is lost when this commit fails and ends it.
            ServerSsrcReservation first = Next(effects);
            effects.Put(first);
            Reserved(first);
        }
        uint own = _ownBlock!.Value;
        Position position = _positions.GetValueOrDefault(csk, new Position(own, 0));
        do
        {
            if (position.Leg == LegsPerBlock)
            {
                if (position.Block == own)
                    return false;
                position = new Position(own, 0);
            }
            ssrc = _mask ^ (position.Block << LegBits | position.Leg);
            position = position with { Leg = position.Leg + 1 };
        }
        while (ssrc == 0 || ssrc == except);
        _positions[csk] = position;
        if (position.Block == own && position.Leg >= LegsPerBlock / 2 && _nextBlock <= MaxBlock)
            effects.Reserve(Next(effects));
        return true;
    }

    /// <summary>The reservation is durable: its block may be used.</summary>
    public void Reserved(ServerSsrcReservation reservation)
    {
        _ownBlock = reservation.LastBlock;
        _nextBlock = reservation.LastBlock + 1;
    }

    private ServerSsrcReservation Next(McxEffects effects)
    {
        if (_nextBlock >= FirstLateBlock)
        {
            effects.Warn("server-ssrcs-near-end", "floor control",
                $"block {_nextBlock} of {MaxBlock}: give all users new CSKs, then delete the store's ServerSsrcReservation");
        }
        return new ServerSsrcReservation { Id = ServerSsrcReservation.OnlyId, Mask = _mask, LastBlock = _nextBlock };
    }

    private readonly record struct Position(uint Block, uint Leg);
}
