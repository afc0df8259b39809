namespace MediaEngine.Sip;

/// <summary>What is read of a datagram in a crowd, before it costs anything: whether it may just as well come again.</summary>
internal static class DatagramTriage
{
    /// <summary>A request that keeps up what is, or asks how it is. No call or message waits for it, and over UDP it is repeated.</summary>
    public static bool CanWait(ReadOnlySpan<byte> datagram) =>
        datagram.StartsWith("REGISTER "u8) || datagram.StartsWith("SUBSCRIBE "u8) || datagram.StartsWith("PUBLISH "u8) || datagram.StartsWith("OPTIONS "u8);

    /// <summary>It answers a challenge, so that half of the work for it is done.</summary>
    public static bool HasCredentials(ReadOnlySpan<byte> datagram) => datagram.IndexOf("uthorization:"u8) >= 0;
}
