using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Server;

namespace MediaEngine.Bench.Load;

/// <summary>A group's management server makes a new GMK and an I_MESSAGE with it for every member.</summary>
internal sealed class KeyRotation : IDisposable
{
    public const int Threads = 2;

    private const string Gms = "sip:gms@load.example";
    private const string Group = "sip:group@load.example";
    private const int KeyPeriod_s = 30 * 86_400;

    private readonly SystemEntropy _entropy = new();
    private readonly DateTimeOffset _time = DateTimeOffset.UtcNow;
    private readonly KeyAuthority _kms;
    private readonly IdentityKeys _gms;
    private readonly int _members;
    private readonly Background _background;

    public KeyRotation(int members, Background background)
    {
        _members = members;
        _background = background;
        _kms = KeyAuthority.Generate(
            new KeyManagementServer("kms.load.example", KeyPeriod_s, 0), _time.AddDays(-1), _time.AddDays(365), ["load.example"], _entropy);
        _gms = _kms.IssueIdentity(Gms, _time, _entropy);
    }

    /// <summary>What the rotations so far took from start to end.</summary>
    public List<double> Durations_s { get; } = [];

    /// <summary>Processor time of all threads in the rotations so far.</summary>
    public double Work_ns { get; private set; }

    /// <summary>By all threads in the rotations so far.</summary>
    public long Allocated_bytes { get; private set; }

    // As the server's KeyWorker does it.
    private void Lower()
    {
        bool lowered = _background switch
        {
            Background.Idle => BackgroundThread.LowerToIdle(),
            Background.Nice => BackgroundThread.Lower(),
            _ => true,
        };
        if (!lowered)
            throw new InvalidOperationException($"The thread cannot be {_background}: errno {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>Makes all messages on background threads, as fast as those get to run.</summary>
    public void Run()
    {
        using McxKey key = NewKey();
        long start_ns = WallClock.Now_ns;
        int next = -1;
        var work = new (double Time_ns, long Allocated_bytes)[Threads];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            Lower();
            double threadStart_ns = ThreadClock.Now_ns();
            byte[] message = new byte[MikeyMessage.MaxLength_bytes];
            for (int member = Interlocked.Increment(ref next); member < _members; member = Interlocked.Increment(ref next))
                Make(key, MemberOf(member), message);
            work[number] = (ThreadClock.Now_ns() - threadStart_ns, GC.GetAllocatedBytesForCurrentThread());
        })
        {
            Name = $"keys {number}", IsBackground = true,
        })];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Durations_s.Add((WallClock.Now_ns - start_ns) / 1e9);
        Work_ns += work.Sum(thread => thread.Time_ns);
        Allocated_bytes += work.Sum(thread => thread.Allocated_bytes);
    }

    /// <summary>Makes one message and opens it as its member: throws when it cannot be.</summary>
    public void Check()
    {
        using McxKey key = NewKey();
        byte[] message = new byte[MikeyMessage.MaxLength_bytes];
        int length = Make(key, MemberOf(0), message);
        using IdentityKeys member = _kms.IssueIdentity(MemberOf(0), _time, _entropy);
        var replays = new MikeyReplayCache(1, TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        var opener = new MikeySakkeOpener(member.Uri, member.Kms, member.TrustedKms, member, member, replays, MikeyOpenPolicy.Strict);
        MikeyError error = opener.TryOpen(
            message.AsSpan(0, length), KeyPurpose.GroupMasterKey, Gms, _time, held: null, out OpenedMikeyMessage? opened, out _);
        if (error != MikeyError.None || opened!.Key.Id != key.Id)
            throw new InvalidOperationException($"The member cannot open its message: {error}.");
        opened.Dispose();
    }

    public void Dispose()
    {
        _gms.Dispose();
        _kms.Dispose();
    }

    private static string MemberOf(int number) => $"sip:member-{number}@load.example";

    // With lifetime and group, as they are sent to members.
    private McxKey NewKey()
    {
        using McxKey key = McxKey.Create(KeyPurpose.GroupMasterKey, _entropy);
        Span<byte> octets = stackalloc byte[McxKey.Key_bytes];
        key.CopyKeyTo(octets);
        return new McxKey(key.Id, octets, key.Rand)
        {
            Validity = new KeyValidity(_time, _time.AddDays(1)),
            GroupIds = [Group],
        };
    }

    private int Make(McxKey key, string member, byte[] message)
    {
        var request = new MikeySakkeRequest
        {
            Key = key,
            InitiatorUri = Gms,
            InitiatorKms = _gms.Kms,
            ResponderUri = member,
            ResponderKms = _gms.Kms,
            Time = _time,
            CryptoSessions = [CryptoSession.McpttGroupCall],
            Policy = MikeySrtpPolicy.GroupMedia,
            Parameters = new KeyParameters(KeyPurpose.GroupMasterKey),
        };
        return MikeySakkeBuilder.TryBuild(request, _gms, _gms, _entropy, message, out int length)
            ? length
            : throw new InvalidOperationException("The message cannot be made.");
    }

    private sealed class SystemEntropy : IEntropy
    {
        public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
    }
}
