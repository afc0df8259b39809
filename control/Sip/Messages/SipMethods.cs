namespace MediaEngine.Sip;

/// <summary>Method names (case matters, RFC 3261 7.1).</summary>
public static class SipMethods
{
    public const string Invite = "INVITE";
    public const string Ack = "ACK";
    public const string Cancel = "CANCEL";
    public const string Bye = "BYE";
    public const string Register = "REGISTER";
    public const string Options = "OPTIONS";
    public const string Message = "MESSAGE";
    public const string Publish = "PUBLISH";
    public const string Subscribe = "SUBSCRIBE";
    public const string Notify = "NOTIFY";
    public const string Update = "UPDATE";
    public const string Info = "INFO";
    public const string Refer = "REFER";
    public const string Prack = "PRACK";

    private static readonly string[] Known =
        [Invite, Ack, Cancel, Bye, Register, Options, Message, Publish, Subscribe, Notify, Update, Info, Refer, Prack];

    internal static string Intern(ReadOnlySpan<byte> method)
    {
        foreach (string known in Known)
        {
            if (System.Text.Ascii.Equals(method, known))
                return known;
        }
        return System.Text.Encoding.ASCII.GetString(method);
    }

    /// <summary>The constant for a known method, so that comparisons usually end at the reference.</summary>
    internal static string Intern(ReadOnlySpan<char> method)
    {
        foreach (string known in Known)
        {
            if (method.SequenceEqual(known))
                return known;
        }
        return method.ToString();
    }
}
