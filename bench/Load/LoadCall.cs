using System.Buffers.Binary;
using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Media;

namespace MediaEngine.Bench.Load;

/// <summary>The calls of the bench: six members each; the first one talks. Keys are numbers: nothing here is secret.</summary>
internal static class LoadCall
{
    public const int Members = 6;
    public const int Talker = 0;

    private const uint FirstCskId = 0x2000_0000;
    private const uint FirstServerSsrc = 0x5000_0000;
    private const uint FirstAudioSsrc = 0xA000_0000;
    private static readonly IPEndPoint NoAudio = new(IPAddress.Loopback, 0);

    public static OpenCall Open(int call) => new(
        IdOf(call), $"sip:load-{call}@load.example", new FloorPolicy(),
        new GroupMasterKey(new KeyIdentifier((uint)call + 1), Octets((uint)call), Octets(1)), Multicast: null);

    public static AddLeg Leg(int call, int member, IPEndPoint floor)
    {
        FloorParticipantProfile profile = ProfileOf(call, member);
        return new AddLeg(
            IdOf(call), new LegId(member), profile.McpttId, NoAudio, floor, KeyOf(call, member),
            FirstServerSsrc + NumberOf(call, member), LegDelivery.Unicast, profile, ImplicitFloorRequest: false);
    }

    public static FloorParticipantProfile ProfileOf(int call, int member) => new()
    {
        McpttId = $"sip:member-{member}.{call}@load.example",
        QueueingNegotiated = true,
        AudioSsrc = FirstAudioSsrc + NumberOf(call, member),
    };

    public static ClientServerKey KeyOf(int call, int member)
    {
        uint client = NumberOf(call, member);
        return new ClientServerKey(new KeyIdentifier(FirstCskId + client), Octets(client), Octets(2));
    }

    /// <summary>Whose key this is: call * <see cref="Members"/> + member.</summary>
    public static int ClientOf(KeyIdentifier cskId) => (int)(cskId.Value - FirstCskId);

    public static CallId IdOf(int call) => new((ulong)call + 1);

    private static uint NumberOf(int call, int member) => (uint)(call * Members + member);

    private static byte[] Octets(uint number)
    {
        byte[] octets = new byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(octets, number);
        return octets;
    }
}
