/** The site's icon: a microphone with sound waves. */
export const ICON_SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="8" fill="#b3361c"/>
<g fill="none" stroke="#fff" stroke-width="2.5" stroke-linecap="round">
<path d="M9.2 21.3a9 9 0 1 1 13.6 0"/>
<path d="M12.6 18a4.8 4.8 0 1 1 6.8 0"/>
<path d="M16 17v8"/>
</g>
<circle cx="16" cy="14.8" r="2.2" fill="#fff"/>
</svg>
`;
