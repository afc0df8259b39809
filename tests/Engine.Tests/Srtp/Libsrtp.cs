using System.Runtime.InteropServices;
using MediaEngine.Srtp;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>One session of the system's libsrtp 2, one direction, any SSRC.</summary>
internal sealed unsafe partial class Libsrtp : IDisposable
{
    public const int Ok = 0;
    public const int AuthenticationFailure = 7;
    public const int ReplayFailure = 9;
    public const int BadMki = 25;

    /// <summary>libsrtp's window for SRTCP has this size whatever the policy says.</summary>
    public const int RtcpWindow_packets = 128;

    private const int ReplayOld = 10;
    private const int CannotCheck = 14;

    private const string Library = "libsrtp2.so.1";
    private const uint AnyInbound = 2;
    private const uint AnyOutbound = 3;
    private const uint ConfidentialityAndAuthentication = 3;
    private const uint Aes128Counter = 1;
    private const uint Aes256Counter = 5;
    private const uint Aes128Gcm = 6;
    private const uint Aes256Gcm = 7;
    private const uint HmacSha1 = 3;

    private readonly nint _session;
    private readonly bool _mki;

    public Libsrtp(SrtpProfile profile, byte[] masterKey, byte[] masterSalt, byte[] mki, bool sends)
        : this(profile, [(masterKey, masterSalt, mki)], sends)
    {
    }

    /// <summary>Several keys, whose MKIs have one length.</summary>
    public Libsrtp(SrtpProfile profile, (byte[] Key, byte[] Salt, byte[] Mki)[] secrets, bool sends)
    {
        int mki_bytes = secrets[0].Mki.Length;
        int secret_bytes = profile.KeyLength_bytes() + profile.SaltLength_bytes() + mki_bytes;
        _mki = mki_bytes != 0;
        byte[] octets = [.. secrets.SelectMany(s => (byte[])[.. s.Key, .. s.Salt, .. s.Mki])];
        fixed (byte* memory = octets)
        {
            MasterKey* masters = stackalloc MasterKey[secrets.Length];
            MasterKey** pointers = stackalloc MasterKey*[secrets.Length];
            for (int i = 0; i < secrets.Length; i++)
            {
                byte* key = memory + i * secret_bytes;
                masters[i] = new MasterKey { Key = key, Mki = key + secret_bytes - mki_bytes, MkiSize = (uint)mki_bytes };
                pointers[i] = masters + i;
            }
            var policy = new Policy
            {
                SsrcType = sends ? AnyOutbound : AnyInbound,
                Keys = pointers,
                KeyCount = (nuint)secrets.Length,
                WindowSize = 1024,
            };
            policy.Rtp = Crypto(profile, profile.RtpTagLength_bytes());
            policy.Rtcp = Crypto(profile, profile.RtcpTagLength_bytes());
            int status = Create(out _session, &policy);
            if (status != Ok)
                throw new InvalidOperationException($"srtp_create: {status}");
        }
    }

    /// <summary>Whether the library is here; tried once.</summary>
    public static bool IsAvailable { get; } = TryInitialize();

    /// <summary>Whether a status says what an outcome of ours says.</summary>
    public static bool Agrees(int status, SrtpOutcome outcome) => outcome switch
    {
        SrtpOutcome.Ok => status == Ok,
        // libsrtp looks at SRTCP's E before anything else: a changed E is what it complains of.
        SrtpOutcome.AuthenticationFailed => status is AuthenticationFailure or CannotCheck,
        SrtpOutcome.Replayed => status is ReplayFailure or CannotCheck,
        SrtpOutcome.TooOld => status is ReplayOld or CannotCheck,
        // It looks at the replay window before it looks for the key.
        SrtpOutcome.UnknownMki => status is BadMki or ReplayFailure or ReplayOld,
        _ => false,
    };

    /// <param name="packet">An RTP packet.</param>
    /// <param name="result">The SRTP packet.</param>
    /// <param name="key">Which of the keys.</param>
    public int Protect(byte[] packet, out byte[] result, int key = 0) => Run(packet, &Rtp, out result, key);

    public int ProtectRtcp(byte[] packet, out byte[] result) => Run(packet, &Rtcp, out result);

    public int Unprotect(byte[] packet, out byte[] result) => Run(packet, &OpenRtp, out result);

    public int UnprotectRtcp(byte[] packet, out byte[] result) => Run(packet, &OpenRtcp, out result);

    public void Dispose() => _ = Deallocate(_session);

    private static int Rtp(nint session, byte* packet, int* length, uint mki, uint key) =>
        ProtectMki(session, packet, length, mki, key);

    private static int Rtcp(nint session, byte* packet, int* length, uint mki, uint key) =>
        ProtectRtcpMki(session, packet, length, mki, key);

    private static int OpenRtp(nint session, byte* packet, int* length, uint mki, uint key) =>
        UnprotectMki(session, packet, length, mki);

    private static int OpenRtcp(nint session, byte* packet, int* length, uint mki, uint key) =>
        UnprotectRtcpMki(session, packet, length, mki);

    private int Run(byte[] packet, delegate*<nint, byte*, int*, uint, uint, int> operation, out byte[] result, int key = 0)
    {
        const int Room_bytes = 256;
        int capacity = (packet.Length + Room_bytes + 3) & ~3;
        // libsrtp wants packets aligned to 32 bits.
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)capacity, 16);
        try
        {
            packet.CopyTo(new Span<byte>(memory, capacity));
            int length = packet.Length;
            int status = operation(_session, memory, &length, _mki ? 1u : 0u, (uint)key);
            result = status == Ok ? new Span<byte>(memory, length).ToArray() : [];
            return status;
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static CryptoPolicy Crypto(SrtpProfile profile, int tagLength_bytes) => new()
    {
        CipherType = profile.IsAead()
            ? profile.KeyLength_bytes() == 16 ? Aes128Gcm : Aes256Gcm
            : profile.KeyLength_bytes() == 16 ? Aes128Counter : Aes256Counter,
        CipherKeyLength = profile.KeyLength_bytes() + profile.SaltLength_bytes(),
        AuthenticationType = profile.IsAead() ? 0 : HmacSha1,
        AuthenticationKeyLength = profile.IsAead() ? 0 : 20,
        TagLength = tagLength_bytes,
        Services = ConfidentialityAndAuthentication,
    };

    private static bool TryInitialize()
    {
        if (!NativeLibrary.TryLoad(Library, typeof(Libsrtp).Assembly, null, out _))
            return false;
        return Initialize() == Ok;
    }

    [LibraryImport(Library, EntryPoint = "srtp_init")]
    private static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "srtp_create")]
    private static partial int Create(out nint session, Policy* policy);

    [LibraryImport(Library, EntryPoint = "srtp_dealloc")]
    private static partial int Deallocate(nint session);

    [LibraryImport(Library, EntryPoint = "srtp_protect_mki")]
    private static partial int ProtectMki(nint session, byte* packet, int* length, uint useMki, uint mkiIndex);

    [LibraryImport(Library, EntryPoint = "srtp_unprotect_mki")]
    private static partial int UnprotectMki(nint session, byte* packet, int* length, uint useMki);

    [LibraryImport(Library, EntryPoint = "srtp_protect_rtcp_mki")]
    private static partial int ProtectRtcpMki(nint session, byte* packet, int* length, uint useMki, uint mkiIndex);

    [LibraryImport(Library, EntryPoint = "srtp_unprotect_rtcp_mki")]
    private static partial int UnprotectRtcpMki(nint session, byte* packet, int* length, uint useMki);

    /// <summary>srtp_crypto_policy_t</summary>
    private struct CryptoPolicy
    {
        public uint CipherType;
        public int CipherKeyLength;
        public uint AuthenticationType;
        public int AuthenticationKeyLength;
        public int TagLength;
        public uint Services;
    }

    /// <summary>srtp_master_key_t</summary>
    private struct MasterKey
    {
        public byte* Key;
        public byte* Mki;
        public uint MkiSize;
    }

    /// <summary>srtp_policy_t of libsrtp 2.5</summary>
    private struct Policy
    {
        public uint SsrcType;
        public uint SsrcValue;
        public CryptoPolicy Rtp;
        public CryptoPolicy Rtcp;
        public byte* Key;
        public MasterKey** Keys;
        public nuint KeyCount;
        public void* Deprecated;
        public nuint WindowSize;
        public int AllowRepeatedSend;
        public int* EncryptedExtensions;
        public int EncryptedExtensionCount;
        public Policy* Next;
    }
}
