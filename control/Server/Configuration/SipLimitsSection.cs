using MediaEngine.Sip;

namespace MediaEngine.Server;

/// <summary>Reads <c>sip.limits</c>: what is taken from a wire, kept, and waited for.</summary>
internal static class SipLimitsSection
{
    private const string MaxConnections = "max-connections";
    private const string MaxConnectionsPerAddress = "max-connections-per-address";
    private const string MaxHead = "max-head";
    private const string MaxHeader = "max-header";
    private const string MaxMessage = "max-message";

    /// <summary>Unlike the library's, they bound what strangers are answered: some hundred challenges to one address.</summary>
    private static readonly SipStackOptions Defaults = new() { UnprovenAnswers_bytesPerSecond = 64 * 1024 };

    /// <param name="limits">Null: the defaults.</param>
    public static SipStackOptions Read(YamlSection? limits)
    {
        if (limits is null)
            return Defaults;
        SipStackOptions options = Times(limits) with
        {
            Limits = Messages(limits),
            Transactions = Defaults.Transactions with
            {
                MaxTransactions = limits.Integer("max-transactions", Defaults.Transactions.MaxTransactions, 100, 10_000_000),
                MaxAnswers_bytes = limits.Integer("answers-octets", Defaults.Transactions.MaxAnswers_bytes, 1 << 20, 1 << 30),
            },
            MaxConnections = limits.Integer(MaxConnections, Defaults.MaxConnections, 1, 1_000_000),
            MaxConnectionsPerAddress = limits.Integer(MaxConnectionsPerAddress, Defaults.MaxConnectionsPerAddress, 1, 1_000_000),
            MaxHandshakes = limits.Integer("max-handshakes", Defaults.MaxHandshakes, 1, 100_000),
            UnprovenAnswers_bytesPerSecond = limits.Integer("unproven-answers", Defaults.UnprovenAnswers_bytesPerSecond, 1024, 16 << 20),
            ReceiveQueue_messages = limits.Integer("receive-queue-messages", Defaults.ReceiveQueue_messages, 16, 10_000_000),
            ReceiveQueue_bytes = limits.Integer("receive-queue-octets", Defaults.ReceiveQueue_bytes, 1 << 18, 1 << 30),
            CommandQueue_items = limits.Integer("command-queue", Defaults.CommandQueue_items, 64, 10_000_000),
            ConnectionSendQueue_messages = limits.Integer("connection-send-queue", Defaults.ConnectionSendQueue_messages, 4, 1_000_000),
        };
        Check(limits, options);
        limits.RefuseUnknown();
        return options;
    }

    private static SipLimits Messages(YamlSection limits)
    {
        SipLimits defaults = Defaults.Limits;
        return defaults with
        {
            MaxMessage_bytes = limits.Integer(MaxMessage, defaults.MaxMessage_bytes, 4096, 1 << 20),
            MaxHead_bytes = limits.Integer(MaxHead, defaults.MaxHead_bytes, 2048, 1 << 18),
            MaxHeaderLine_bytes = limits.Integer(MaxHeader, defaults.MaxHeaderLine_bytes, 512, 1 << 16),
            MaxHeaders = limits.Integer("max-headers", defaults.MaxHeaders, 32, 1000),
            MaxUri_bytes = limits.Integer("max-request-uri", defaults.MaxUri_bytes, 256, 1 << 15),
        };
    }

    private static SipStackOptions Times(YamlSection limits) => Defaults with
    {
        VouchedUdp = limits.Seconds("vouched-udp", Defaults.VouchedUdp, 60, 86400),
        ConnectTimeout = limits.Seconds("connect-timeout", Defaults.ConnectTimeout, 0.1, 60),
        HandshakeTimeout = limits.Seconds("handshake-timeout", Defaults.HandshakeTimeout, 0.1, 60),
        FirstOctetTimeout = limits.Seconds("first-octet-timeout", Defaults.FirstOctetTimeout, 0.1, 60),
        MessageTimeout = limits.Seconds("message-timeout", Defaults.MessageTimeout, 0.1, 60),
        IdleTimeout = limits.Seconds("idle-timeout", Defaults.IdleTimeout, 10, 86400),
        SendTimeout = limits.Seconds("send-timeout", Defaults.SendTimeout, 0.1, 60),
    };

    private static void Check(YamlSection limits, SipStackOptions options)
    {
        if (options.Limits.MaxHead_bytes > options.Limits.MaxMessage_bytes)
            throw limits.Wrong(MaxHead, $"is {options.Limits.MaxHead_bytes}, more than {MaxMessage} ({options.Limits.MaxMessage_bytes}); lower it, or raise the other");
        if (options.Limits.MaxHeaderLine_bytes > options.Limits.MaxHead_bytes)
            throw limits.Wrong(MaxHeader, $"is {options.Limits.MaxHeaderLine_bytes}, more than {MaxHead} ({options.Limits.MaxHead_bytes}); lower it, or raise the other");
        if (options.MaxConnectionsPerAddress > options.MaxConnections)
            throw limits.Wrong(MaxConnectionsPerAddress, $"is {options.MaxConnectionsPerAddress}, more than {MaxConnections} ({options.MaxConnections}); lower it, or raise the other");
        if (options.ReceiveQueue_bytes < 4 * options.Limits.MaxMessage_bytes)
            throw limits.Wrong("receive-queue-octets", $"is {options.ReceiveQueue_bytes}, less than four messages of {MaxMessage} ({options.Limits.MaxMessage_bytes}); raise it, or lower the other");
    }
}
