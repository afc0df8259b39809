using MediaEngine.Srtp;

namespace MediaEngine.Media;

/// <summary>What floor messages to one leg go through.</summary>
internal readonly struct FloorPath(MediaLeg leg)
{
    /// <summary>Of one path.</summary>
    public const int Size_bytes = 64;

    public readonly int Number = leg.Id.Value;
    public readonly SocketAddressKey Address = leg.Floor.Address;
    public readonly SrtcpSenderMemory Memory = leg.FloorSender.Memory;

    public SrtcpSender Sender => Memory.Sender;
}
